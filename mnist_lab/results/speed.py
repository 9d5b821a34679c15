"""What epochs took on several machines; `python benchmarks/gpu.py --write` stores those of the machine it runs on.

    {"machines": [{"name": …, "about": …, "rows": [{"network": …, "way": …, "first": …, "next": …}]}]}

*About* is the date, the processor, the versions, and how often and by what each row was measured. A row holds the
seconds of the first epoch, which compiles, and of a later one; either may be missing. It may hold an "accuracy": the
share of the validation digits that was classified correctly after the first epoch. Everything is on real MNIST.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("speed.json")
_EPOCHS = ("first", "next")


def measured_seconds(machine: str, network: str, way: str, *, epoch: str = "next") -> float:
    """Return the stored seconds of an epoch of 60,000 digits, in batches of 128 unless the way says otherwise.

    Args:
        machine: "NVIDIA H200", for example, or "2 CPU cores".
        network: "lesson 01's layer", for example, or "lesson 06's CNN".
        way: how it was trained, "fit as taught" for example.
        epoch: "next" for an epoch after the first one, "first" for that, with its compilation.

    Raises:
        ValueError: there is no such machine, network or way, or that epoch was not measured. It names those there are.

    Example:
        >>> lab.measured_seconds("NVIDIA H200", "lesson 01's layer", "fit as taught")
        0.841
    """
    if epoch not in _EPOCHS:
        raise ValueError(f"epoch must be one of {', '.join(_EPOCHS)}. Received: {epoch!r}")
    found = row(machine, network, way)
    if epoch not in found:
        had = ", ".join(name for name in _EPOCHS if name in found)
        raise ValueError(f"epoch must be {had} of {way!r} on {machine}: no other was measured. Received: {epoch!r}")
    return found[epoch]


def row(machine: str, network: str, way: str) -> dict[str, Any]:
    """Return the row of that machine, network and way; ValueError if there is none."""
    rows = on_machine(machine)["rows"]
    if not rows:
        how = f"`python benchmarks/gpu.py --write` on a {machine} stores it"
        raise ValueError(f"Nothing was measured on the {machine} yet: {how}. Received: {network!r}, {way!r}")
    networks = dict.fromkeys(each["network"] for each in rows)
    if network not in networks:
        raise ValueError(f"network must be one of {'; '.join(networks)} on {machine}. Received: {network!r}")
    ways = {each["way"]: each for each in rows if each["network"] == network}
    if way not in ways:
        raise ValueError(f"way must be one of {'; '.join(ways)} for {network} on {machine}. Received: {way!r}")
    return ways[way]


def on_machine(name: str) -> dict[str, Any]:
    """Return what was measured on a machine, its name, what is known about it, and rows; ValueError if unknown."""
    machines = {each["name"]: each for each in _contents()["machines"]}
    if name not in machines:
        raise ValueError(f"machine must be one of {'; '.join(machines)}. Received: {name!r}")
    return machines[name]


def store_seconds(machine: str, about: str, rows: Sequence[dict[str, Any]]) -> None:
    """Store what was measured on a machine in place of what is known of it; the other machines stay."""
    content = _contents()
    entries = {each["name"]: each for each in content["machines"]}
    entries[machine] = {"name": machine, "about": about, "rows": list(rows)}
    content["machines"] = list(entries.values())
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _contents() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))
