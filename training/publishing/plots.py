"""The plots of an evaluation page, as SVG."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Colours that stay apart for colour-blind readers (Okabe and Ito 2008).
_COLOURS = {"free": "#E69F00", "schema": "#56B4E9", "grounded": "#009E73"}
_STAGES = ("base", "sft", "dpo")

# The same figures give the same file.
mpl.rcParams["svg.hashsalt"] = "camara-qod"
mpl.rcParams["font.size"] = 10


def draw(reports: dict[str, dict[str, Any]], folder: Path) -> dict[str, str]:
    """Draw what there are reports for.

    Returns:
        The file name of each plot.
    """
    drawn = {}
    for name, painter in (("ways", _ways), ("coverage", _coverage), ("loss", _loss)):
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        if painter(figure.subplots(), reports):
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            drawn[name] = f"{name}.svg"
    return drawn


def _ways(axes: Axes, reports: dict[str, dict[str, Any]]) -> bool:
    """Exact match of each stage and way, with its interval."""
    for offset, (way, colour) in enumerate(_COLOURS.items()):
        found = [
            (index, reports[name]["exact"])
            for index, stage in enumerate(_STAGES)
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
    axes.set_xticks(range(len(_STAGES)), ["base model", "after SFT", "after DPO"])
    axes.set_ylabel("exactly right, %")
    axes.set_ylim(0, 112)
    axes.legend(title="decoding", loc="upper left")
    return True


def _coverage(axes: Axes, reports: dict[str, dict[str, Any]]) -> bool:
    """Share of right answers against the share of requests that are answered."""
    drawn = False
    for name in ("sft-grounded", "dpo-grounded"):
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
