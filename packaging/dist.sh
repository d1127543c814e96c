#!/usr/bin/env bash
# Makes what users install: a Python wheel, a Debian package, a tarball, and their checksums.
#
#   [PYTHON=python3] packaging/dist.sh BINARY FOLDER
set -euo pipefail
binary=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$(dirname "$0")/.."

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
python=${PYTHON:-python3}
strip -o "$stage/caffold" "$binary"
"$python" packaging/slim.py "$stage/caffold"
version=$("$stage/caffold" --version | awk '{print $NF}')
machine=$(uname -m)

install -m 755 "$stage/caffold" "$folder/caffold"
"$python" packaging/wheel.py "$stage/caffold" "$folder"

# The tree that the Debian package and the tarball share.
root=$stage/root
install -D -m 755 "$stage/caffold" "$root/usr/bin/caffold"
mkdir -p "$root/usr/share/man/man1"
"$python" packaging/man.py "$binary" | gzip -9n >"$root/usr/share/man/man1/caffold.1.gz"
completion() { install -D -m 644 /dev/stdin "$root/usr/share/$2" < <("$binary" --generate-completion-script "$1"); }
completion bash bash-completion/completions/caffold
completion zsh zsh/vendor-completions/_caffold
completion fish fish/vendor_completions.d/caffold.fish
install -D -m 644 -t "$root/usr/share/caffold/schemas" Documentation/schemas/*.json
install -D -m 644 -t "$root/usr/share/caffold/examples/digits" examples/digits/digits.*
install -D -m 644 -t "$root/usr/share/caffold/examples/own-rule" examples/own-rule/net.*
install -D -m 644 LICENSE "$root/usr/share/doc/caffold/copyright"
install -m 644 THIRD-PARTY-NOTICES README.md "$root/usr/share/doc/caffold/"
find "$root" -exec touch --no-dereference --date=@1577836800 {} +

tarball=caffold-$version-linux-$machine.tar.gz
tar -C "$root/usr" --sort=name --owner=0 --group=0 --numeric-owner --transform "s,^\.,caffold-$version," -cf - . |
  gzip -9n >"$folder/$tarball"

if command -v dpkg-deb >/dev/null; then
  architecture=$(dpkg --print-architecture)
  mkdir -p "$root/DEBIAN"
  cat >"$root/DEBIAN/control" <<CONTROL
Package: caffold
Version: $version
Architecture: $architecture
Maintainer: The caffold authors <caffold@invalid>
Section: science
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Description: make trained Caffe networks ready for inference
 Folds BatchNorm and Scale into the layer before them, drops Dropout, and
 applies any other rewrite that a YAML rule describes, without changing what
 the net computes. Every rewrite is checked before anything is written.
CONTROL
  SOURCE_DATE_EPOCH=1577836800 dpkg-deb --root-owner-group --build "$root" "$folder/caffold_${version}_$architecture.deb" >/dev/null
else
  echo "going on without the Debian package: no dpkg-deb" >&2
fi

(cd "$folder" && sha256sum caffold caffold[-_]"$version"* >SHA256SUMS && cat SHA256SUMS)
