"""The plots of RESULTS.md; each returns whether it was drawn, which takes matplotlib."""

from pathlib import Path


def pyplot():
    """matplotlib's `pyplot`, set so that the same figures give the same file; None without matplotlib."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["svg.hashsalt"] = "caffold"
    from matplotlib import pyplot

    return pyplot


def files(measured: dict, path: Path) -> bool:
    """Time and memory of each tool over the size of the weights."""
    plot = pyplot()
    if plot is None:
        return False
    figure, axes = plot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    tools = [tool for _, tools in measured.values() for tool in tools]
    for name in dict.fromkeys(tool.name.strip("*`").split(":")[0] for tool in tools):
        runs = [
            (size / 1e6, tool)
            for size, tools in measured.values()
            for tool in tools
            if tool.name.strip("*`").split(":")[0] == name
        ]
        sizes = [size for size, _ in runs]
        style = {"marker": "o", "linewidth": 2.5 if name.startswith("caffold") else 1.2, "label": name}
        axes[0].plot(sizes, [tool.wall for _, tool in runs], **style)
        axes[1].plot(sizes, [tool.memory / (1 << 20) for _, tool in runs], **style)
    for axis, label in zip(axes, ("seconds", "MiB of memory")):
        axis.set(xlabel="weights, MB", ylabel=label, yscale="log", ylim=(None, None))
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    return True


def verify(rows: list[tuple[str, dict]], path: Path) -> bool:
    """What `verify` takes for each net, a sample and a whole run, in terms of OpenCV's two forward passes."""
    plot = pyplot()
    if plot is None:
        return False
    rows = sorted(rows, key=lambda row: row[1]["seconds"]["opencv"])
    figure, axis = plot.subplots(figsize=(9, 0.32 * len(rows) + 1), layout="constrained")
    places = range(len(rows))
    for key, label, marker in (("opencv", "a sample", "o"), ("whole", "the whole run", "D")):
        axis.scatter([row[1]["ratios"][key] for row in rows], places, label=label, marker=marker)
    axis.axvline(2, color="gray", linewidth=1, linestyle="--", label="twice OpenCV's time")
    axis.set(xscale="log", xlabel="time, to OpenCV's forward passes of both nets")
    axis.set_yticks(places, [f"{name}, {row['seconds']['opencv'] * 1000:.3g} ms" for name, row in rows])
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    return True
