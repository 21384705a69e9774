"""The plots of an evaluation page, as SVG."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from camara_qod.training.publishing.documents import BEST, STAGES, STRANGERS

#: Colours that stay apart for colour-blind readers (Okabe and Ito 2008).
_COLOURS = {"free": "#E69F00", "schema": "#56B4E9", "grounded": "#009E73"}
_LEAST_BARS = 2

# The same figures give the same file.
mpl.rcParams["svg.hashsalt"] = "camara-qod"
mpl.rcParams["font.size"] = 10


def draw(reports: dict[str, dict[str, Any]], folder: Path) -> dict[str, str]:
    """Draw what there are reports for.

    Returns:
        The file name of each plot.
    """
    drawn = {}
    for name, painter in _PAINTERS.items():
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        if painter(figure.subplots(), reports):
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            drawn[name] = f"{name}.svg"
    return drawn


def _ways(axes: Axes, reports: dict[str, dict[str, Any]]) -> bool:
    """Exact match of each stage and way, with its interval; one alone is no picture."""
    if sum(f"{stage}-{way}" in reports for stage in STAGES for way in _COLOURS) < _LEAST_BARS:
        return False
    for offset, (way, colour) in enumerate(_COLOURS.items()):
        found = [
            (index, reports[name]["exact"])
            for index, stage in enumerate(STAGES)
            if (name := f"{stage}-{way}") in reports
        ]
        if not found:
            continue
        places = [index + (offset - 1) * 0.27 for index, _ in found]
        values = [100 * share["value"] for _, share in found]
        low = [100 * (share["value"] - share["low"]) for _, share in found]
        high = [100 * (share["high"] - share["value"]) for _, share in found]
        bars = axes.bar(places, values, 0.25, yerr=[low, high], color=colour, label=way, capsize=3)
        axes.bar_label(bars, fmt="%.1f", padding=3, fontsize=8)
    axes.set_xticks(range(len(STAGES)), ["base model", "after SFT", "after DPO"])
    axes.set_ylabel("exactly right, %")
    axes.set_ylim(0, 112)
    axes.legend(title="decoding", loc="upper left")
    return True


def _strangers(axes: Axes, reports: dict[str, dict[str, Any]]) -> bool:
    """Exact match on texts of strangers by kind and language, with its interval."""
    if STRANGERS not in reports:
        return False
    found = {name: value["exact"] for name, value in reports[STRANGERS]["tags"].items()}
    shares = dict(sorted(found.items(), key=lambda item: item[1]["value"]))
    shares["all"] = reports[STRANGERS]["exact"]
    values = [100 * share["value"] for share in shares.values()]
    low = [100 * (share["value"] - share["low"]) for share in shares.values()]
    high = [100 * (share["high"] - share["value"]) for share in shares.values()]
    names = [f"{name} ({share['count']})" for name, share in shares.items()]
    axes.barh(names, values, xerr=[low, high], color=_COLOURS["grounded"], capsize=2)
    axes.set_xlabel("exactly right, % (number of texts)")
    axes.set_xlim(0, 100)
    axes.grid(axis="x", alpha=0.3)
    if figure := axes.get_figure(root=True):
        figure.set_size_inches(8, 0.9 + 0.24 * len(names))
    return True


def _coverage(axes: Axes, reports: dict[str, dict[str, Any]]) -> bool:
    """Share of right answers against the share of requests that are answered."""
    drawn = False
    for name in (*BEST, STRANGERS):
        calibration = reports.get(name, {}).get("calibration")
        if calibration:
            curve = calibration["curve"]
            axes.plot(
                [100 * point["coverage"] for point in curve],
                [100 * point["value"] for point in curve],
                marker="o",
                label=name.replace("-", ", "),
            )
            drawn = True
    axes.set_xlabel("most confident answers, % of all")
    axes.set_ylabel("exactly right, %")
    axes.grid(alpha=0.3)
    if drawn:
        axes.legend()
    return drawn


def _loss(axes: Axes, reports: dict[str, dict[str, Any]]) -> bool:
    """Loss of all stages against the share of their steps."""
    drawn = False
    for stage in ("sft", "dpo"):
        log = [
            entry
            for entry in reports.get(f"manifest-{stage}", {}).get("log", [])
            if "loss" in entry
        ]
        if log:
            last = log[-1]["step"]
            axes.plot(
                [100 * entry["step"] / last for entry in log],
                [float(entry["loss"]) for entry in log],
                label=f"{stage}, {last} steps",
            )
            drawn = True
    axes.set_xlabel("% of the steps")
    axes.set_ylabel("loss")
    axes.grid(alpha=0.3)
    if drawn:
        axes.legend()
    return drawn


_PAINTERS = {"ways": _ways, "strangers": _strangers, "coverage": _coverage, "loss": _loss}
