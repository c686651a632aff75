"""The table that `make bench` prints."""

import statistics


def markdown(rows, results, threads, rounds, seconds):
    """A row a line: Ocellus, its peers with Ocellus' ratio to each, and what the ratio to the best is meant to be."""
    devices = {}
    for result in results:
        for name, measurements in result.items():
            devices[name] = devices.get(name) or measurements[0].device
    machine = devices.get("Ocellus") or "CPU"
    peers = sorted({device for name, device in devices.items() if device and not name.startswith("Ocellus")})
    lines = [
        f"{machine}, {threads} threads, FP32; medians of {rounds} rounds, in {seconds / 60:.0f} minutes. "
        f"{'; '.join(peers)}.",
        "",
        "| | Ocellus | peers (Ocellus' ratio to each) | ratio to the best | goal | memory, MB |",
        "|---|---:|---|---:|---|---|",
    ]
    return "\n".join(lines + [line(row, result) for row, result in zip(rows, results)])


def line(row, result):
    """One row of the table."""
    lower_is_better = row.unit == "ms"

    def value(name):
        return statistics.median(measurement.value for measurement in result[name])

    def figure(name):
        return f"{value(name):.0f}" if value(name) >= 100 else f"{value(name):.1f}"

    def memory(name):
        return f"{name} {statistics.median(measurement.memory for measurement in result[name]):.0f}"

    def ratio(name):
        ratios = [ours.value / theirs.value for ours, theirs in zip(result["Ocellus"], result[name])]
        return 1 / statistics.median(ratios) if lower_is_better else statistics.median(ratios)

    peers = sorted((name for name in result if name != "Ocellus"), key=value, reverse=not lower_is_better)
    if "Ocellus" in result:
        ours = f"{figure('Ocellus')} {row.unit}"
        theirs = ", ".join(f"{name} {figure(name)} ({ratio(name):.2f})" for name in peers)
        best = f"**{ratio(peers[0]):.2f}**" if peers else ""
    else:
        ours, theirs, best = "failed", ", ".join(f"{name} {figure(name)}" for name in peers), ""
    memories = ", ".join(memory(name) for name in result) if row.shows_memory else ""
    return f"| {row.title} | {ours} | {theirs} | {best} | {row.goal} | {memories} |"
