# An image that holds the binary and nothing else. `make dist` makes out/dist/caffold.
#   docker build -t caffold . && docker run --rm -v "$PWD:/work" caffold fold deploy.prototxt weights.caffemodel -o out
FROM scratch
COPY LICENSE THIRD-PARTY-NOTICES /
COPY out/dist/caffold /caffold
WORKDIR /work
ENTRYPOINT ["/caffold"]
