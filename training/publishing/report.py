"""The reports of one model as a page: tables, plots, and the commands that make them again."""

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from camara_qod.tools.errors import TrainingError
from camara_qod.training.evaluation.metrics import mcnemar
from camara_qod.training.evaluation.table import TITLES
from camara_qod.training.publishing import plots
from camara_qod.training.publishing.commands import Reports, reproduction
from camara_qod.training.publishing.documents import (
    BEST,
    STAGES,
    STRANGERS,
    WAYS,
    read_manifest,
    read_report,
)
from camara_qod.training.stages.run import explained

#: Above it, a difference may well be chance.
_CHANCE = 0.05
#: The share of a field that no case has.
_NONE = {"value": None}

_HARM = ("wrong_acts", "wrong_deletions")
_SHARES = [name for name in TITLES if name not in _HARM]


def write_page(folder: Path) -> Path:
    """Write `README.md` and its plots.

    Args:
        folder: reports of `qod-train evaluate`, named `<stage>-<way>.json` (`dpo-grounded.json`)
            and `catalogue-<operator>.json`, and manifests named `manifest-<stage>.json`. What is
            missing is left out of the page.

    Raises:
        TrainingError: there is no report of a trained stage, or a file is no report.
    """
    reports = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    if not any(name in reports for name in BEST):
        raise TrainingError(
            f"{folder} has no {BEST[0]}.json: write it with `qod-train evaluate data/test.jsonl "
            f"--output {folder}/{BEST[0]}.json`."
        )
    with explained(folder, "see to it that the folder may be written to"):
        pictures = plots.draw(reports, folder)
        page = folder / "README.md"
        sections = filter(None, _sections(reports, pictures))
        page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _read(path: Path) -> dict[str, Any]:
    return read_manifest(path) if path.stem.startswith("manifest-") else read_report(path)


def _sections(reports: Reports, pictures: dict[str, str]) -> Iterable[str]:
    best = _best(reports)
    yield "# Evaluation"
    if STRANGERS in reports:
        yield "## Texts of strangers"
        yield _strangers(reports[STRANGERS])
        yield _picture(pictures, "strangers", "Exactly right, by kind of text and language")
        yield "## The test set"
    yield (
        f"{best['count']} hand-written requests of `{best['cases_file']}`, on none of which "
        "anything was trained. A request counts as right when operation and all arguments are "
        "equal after completion. Intervals are Wilson score intervals at 95 %."
    )
    yield _picture(pictures, "ways", "Exactly right, by stage of training and way of decoding")
    yield "## Every stage and every way"
    yield _crossed(reports)
    yield from _section("What each stage adds", _gains(reports))
    yield "## Grounded, after the last stage"
    yield _single(best)
    yield _picture(pictures, "coverage", "Share of right answers among the most confident")
    yield from _section("Other operators' catalogues", _catalogues(reports))
    yield "## What was wrong"
    yield _mistakes(best)
    yield "## Training"
    yield _picture(pictures, "loss", "Loss during training")
    yield _training(reports)
    yield "## Reproduce"
    yield from reproduction(reports)


def _section(title: str, text: str) -> Iterable[str]:
    """Nothing where nothing was measured."""
    return [f"## {title}", text] if text else []


def _best(reports: Reports) -> dict[str, Any]:
    return next(reports[name] for name in BEST if name in reports)


def _strangers(value: dict[str, Any]) -> str:
    rows = [
        [name, percent(found["exact"]), str(found["exact"]["count"]), str(_wrong(found))]
        for name, found in [*value["tags"].items(), ("all", value)]
    ]
    return "\n\n".join(
        [
            f"{value['count']} texts of `{value['cases_file']}`, by writers who had seen the "
            "policies and nothing else; measured before anybody read them.",
            _table(["group", "exactly right", "texts", "wrong acts"], rows),
            *_sure(value),
        ]
    )


def _sure(value: dict[str, Any]) -> Iterable[str]:
    """Nothing of a report that tells no confidence, as of free decoding."""
    if calibration := value["calibration"]:
        sure = calibration["sure"]
        yield (
            f"Of the {sure['count']} decided with a confidence of 95 % and more "
            f"({sure['count'] / value['count']:.0%}) {percent(sure)} are right."
        )


def _wrong(found: dict[str, Any]) -> int:
    acts = found["wrong_acts"]
    return round(float(acts["value"] or 0) * int(acts["count"]))


def _picture(pictures: dict[str, str], name: str, title: str) -> str:
    return f"![{title}]({pictures[name]})" if name in pictures else ""


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def percent(found: dict[str, Any]) -> str:
    """A share with its interval."""
    if found["value"] is None:
        return "–"
    return f"{found['value']:.1%} ({found['low']:.1%} – {found['high']:.1%})"


def _crossed(reports: Reports) -> str:
    names = [f"{stage}-{way}" for stage in STAGES for way in WAYS]
    names = [name for name in names if name in reports]
    rows = [[_named(name), *(percent(reports[name][key]) for key in _SHARES)] for name in names]
    return _table(["stage, decoding", *(TITLES[key] for key in _SHARES)], rows)


def _gains(reports: Reports) -> str:
    """Each stage beside the one before, on the same requests."""
    pairs = [
        (f"{before}-{way}", f"{after}-{way}")
        for before, after in pairwise(STAGES)
        for way in WAYS
        if f"{before}-{way}" in reports and f"{after}-{way}" in reports
    ]
    rows = [
        [_named(after), _named(before), *_gain(reports[before], reports[after])]
        for before, after in pairs
    ]
    if not rows:
        return ""
    head = ["", "against", "right now and not before", "right before and not now", "p", ""]
    test = "p is of McNemar's exact test: how likely so uneven a split is by chance."
    return "\n\n".join([_table(head, rows), test])


def _named(report: str) -> str:
    return report.replace("-", ", ")


def _gain(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    was = {case["id"]: case["correct"] for case in before["cases"]}
    now = {case["id"]: case["correct"] for case in after["cases"]}
    both = was.keys() & now.keys()
    won = sum(now[name] and not was[name] for name in both)
    lost = sum(was[name] and not now[name] for name in both)
    chance = mcnemar(won, lost)
    word = "no difference beyond chance" if chance > _CHANCE else "helps" if won > lost else "harms"
    return [str(won), str(lost), f"{chance:.2g}", word]


def _single(value: dict[str, Any]) -> str:
    shares = {key: title for key, title in TITLES.items() if key in value}
    rows = [[title, percent(value[key]), str(value[key]["count"])] for key, title in shares.items()]
    rows += [
        [f"field `{name}`", percent(found), str(found["count"])]
        for name, found in value["fields"].items()
    ]
    rows += [
        [f"tag {name}", percent(found["exact"]), str(found["exact"]["count"])]
        for name, found in value["tags"].items()
    ]
    rows += [
        [f"language {name}{title}", percent(found[key]), str(found[key]["count"])]
        for name, found in value.get("languages", {}).items()
        for key, title in (("exact", ""), ("wrong_acts", f", {TITLES['wrong_acts']}"))
    ]
    calibration = value["calibration"]
    if calibration:
        covered = calibration["at_90"]
        rows.append(["the 90 % most confident", percent(covered), str(covered["count"])])
    kinds = [
        f"{name} {score:.3f}" for name, score in value["kind"].items() if isinstance(score, float)
    ]
    # A report of cases decided in batches tells no latency.
    seconds = value["seconds"] or {}
    times = ", ".join(f"{name} {number:.2f} s" for name, number in seconds.items())
    told = [
        _table(["", "share", "cases"], rows),
        f"F1 of the kind of decision: {', '.join(kinds)}.",
    ]
    if times:
        told.append(f"Time of a decision: {times}.")
    if calibration:
        told.append(f"Brier score of the confidence: {calibration['brier']:.3f}.")
    return "\n\n".join(told)


def _catalogues(reports: Reports) -> str:
    found = {
        name.removeprefix("catalogue-"): value
        for name, value in reports.items()
        if name.startswith("catalogue-")
    }
    if not found:
        return ""
    rows = [
        [name, percent(value["fields"].get("qosProfile", _NONE)), percent(value["exact"])]
        for name, value in {"demo": _best(reports), **found}.items()
    ]
    return _table(["operator", "field `qosProfile`", "exactly right"], rows)


def _mistakes(value: dict[str, Any]) -> str:
    wrong = [case for case in value["cases"] if not case["correct"]]
    rows = [
        [case["id"], _short(case["expected"]), _short(case["decision"]), str(case["confidence"])]
        for case in wrong
    ]
    return _table(["case", "expected", "decided", "confidence"], rows)


def _short(decision: dict[str, Any]) -> str:
    text = json.dumps(decision.get("arguments", decision), ensure_ascii=False)
    return f"`{decision.get('operation', 'none')}` {text}".replace("|", "\\|")


def _training(reports: Reports) -> str:
    rows = [
        [
            name.removeprefix("manifest-"),
            str(_amount(value)),
            _time(value),
            f"{value['peak_memory_mb']} MB",
        ]
        for name, value in reports.items()
        if name.startswith("manifest-")
    ]
    table = _table(["stage", "examples or pairs", "time", "peak memory"], rows)
    return "\n\n".join([table, *_origins(reports)])


def _amount(manifest: dict[str, Any]) -> int:
    """Of what it was trained on: one of the two is there."""
    pairs = manifest.get("pairs")
    return int(manifest["examples"] if pairs is None else sum(pairs.values()))


def _origins(reports: Reports) -> list[str]:
    """Of each run, what it went on from and what the recipe does not tell of it."""
    return [
        f"{name.removeprefix('manifest-')}: {'; '.join(told)}."
        for name, value in reports.items()
        if name.startswith("manifest-")
        and (told := [str(value[key]) for key in ("start", "stopped", "note") if key in value])
    ]


def _time(manifest: dict[str, Any]) -> str:
    """How long it took; of a run that was interrupted, since its last checkpoint."""
    minutes = f"{manifest['seconds'] / 60:.0f} min"
    begun = manifest.get("resumed_from")
    return f"{minutes} from {begun} on" if begun else minutes
