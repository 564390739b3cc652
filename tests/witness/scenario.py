"""Scenario files: a world as JSON, what was seen of it, and how both read in plain lines."""

import json
import pathlib

import internet
import judge
import zone_files


def text_of_caa(records):
    """CAA RDATA in short: the values, by comma."""
    return ", ".join(sorted(f"{rdata[0]} {rdata[2:2 + rdata[1]].decode('latin-1')} {rdata[2 + rdata[1]:].decode('latin-1')!r}"
                            for rdata in records))


def text_of_climb(climb, number):
    """A witness's look-ups: the name that decided or failed and what it had."""
    at = internet.original(climb.at, number)
    if climb.failed:
        return f"{climb.failed} at {at}"
    return f"{judge.decision(climb.records)}: {text_of_caa(climb.records)} at {at}" if climb.records else "permit: no records"


def text_of_record(seen):
    """caascan's record in one line, with names and machines as in the world's description."""
    record, number = seen.record, seen.number
    parts = [record["outcome"], record["reason"], record["dnssec"]]
    if record.get("caa"):
        parts.append(f"{text_of_caa(judge.records_of(record))} at {internet.original(record['caa']['owner'], number)}")
    if record.get("failed_at"):
        parts.append(f"at {internet.original(record['failed_at'], number)}")
    parts += [_text_of_finding(finding, seen) for finding in record.get("findings", [])]
    return " ".join(parts)


def _text_of_finding(finding, seen):
    if "address" in finding:
        return f"[{finding['code']} {seen.machines.get(finding['address'], finding['address'])}]"
    return f"[{finding['code']} {internet.original(finding.get('zone', ''), seen.number)}]"


def seen_lines(copies):
    """What each said of one name, with how many copies it did so in where they differ."""
    for witness in copies[0].climbs:
        yield f"{witness:8} {_counted([text_of_climb(seen.climbs[witness], seen.number) for seen in copies])}"
    yield f"{'caascan':8} {_counted([text_of_record(seen) for seen in copies])}"


def _counted(texts):
    kinds = {text: texts.count(text) for text in texts}
    return "; ".join(text if len(kinds) == 1 else f"{text} ({count} of {len(texts)})" for text, count in kinds.items())


def world_lines(world):
    """A world's description, a zone or an oddity a line; sound parts are left out."""
    if zone_files.input_of(world) != "list":
        yield f"input {world['input']}: zone files of the top-level domains"
    for zone in world["zones"]:
        extra = {member: zone[member] for member in ("ds", "glue", "families", "inception_minutes") if member in zone}
        records = "; ".join(f"{owner} {rtype} {rdata}" for owner, rtype, rdata in zone["records"])
        hosts = ", ".join(f"{host}={machine}" for host, machine in zone["hosts"].items())
        yield f"zone {zone['name']} {zone['denial']} at {hosts}{' ' + json.dumps(extra) if extra else ''}: {records}"
    for oddity in world["odd"]:
        where = f"{oddity['name']} in {oddity['zone']}, {oddity['types']}, {oddity['transport']}, letters {oddity['case']}"
        yield f"odd {oddity['server']}: {json.dumps(oddity['parts'])} ({where})"


def write(folder, world, complaint, lines):
    """Writes a scenario file; its path."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    origin = world["origin"]
    path = folder / f"{complaint.kind}-{origin['seed']}-{origin['world']}.json"
    content = {"complaint": complaint._asdict(), "saw": list(lines), **world}
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def read(path):
    """The world of a scenario file."""
    content = json.loads(pathlib.Path(path).read_text())
    world = {member: content[member] for member in ("origin", "kind", "zones", "odd", "asked")}
    return {**world, "input": content.get("input", "list")}
