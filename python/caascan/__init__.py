"""CAA look-ups and decisions: who may issue for a name, and why not.

    for record in caascan.check(["www.example.com", "*.example.org"], ca="Sectigo"):
        print(record["name"], record["outcome"], record["reason"])

A record is what a line of `caascan scan` says (docs/record.schema.json), as a dict. A program that asks more than once keeps
a Scanner, whose caches stay warm; any thread may use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Union

from . import _core

__all__ = ["Scanner", "check", "decide"]

Record = dict[str, Any]
Names = Iterable["str | Mapping[str, Any]"]
Texts = Union[str, Sequence[str]]

MOST_IN_FLIGHT = 10_000


def _texts(texts: Texts) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


class Scanner:
    """Threads, sockets and caches that serve calls for as long as it lives."""

    def __init__(self, *, resolvers: str | Sequence[str] = (), root_hints: str = "", trust_anchor: str = "", port: int = 53,
                 dnssec: str = "validate", allow_special: bool = False, timeout: float = 2.0, recheck: int = 1,
                 threads: int = 0) -> None:
        """`resolvers`: as --resolver takes them; none: it resolves iteratively, from `root_hints` or IANA's. `timeout` is
        that of a query, in seconds. The trust anchor is checked, so this may take a while. ValueError names what cannot be
        used."""
        self._core = _core.Scanner(_texts(resolvers), root_hints, trust_anchor, port, dnssec, allow_special, timeout, recheck,
                                   threads)

    def notices(self) -> list[str]:
        """What people should know of it, such as an unsigned root."""
        return self._core.notices()

    def check(self, names: Names, ca: str | Sequence[str] = "letsencrypt.org", *, wildcard: bool = False,
              account_uri: Texts = (), validation_method: Texts = (), purpose: str = "tls", fresh: bool = False,
              thorough: bool = False) -> Iterator[Record]:
        """One record for each name, in the order in which they are ready. Names are taken from the iterable as they are
        looked up, 10,000 at most at a time; one that ends early ends their look-ups.

        A name is a string, or an object of ndjson input such as {"name": "example.com", "id": 7}, whose `id` and `order` come
        back. `ca` are issuer domain names, or names of known CAs. Of several accounts or methods any may match. `purpose`: tls,
        smime or mark. `fresh`: look up anew although a known answer is still
        valid. `thorough`: ask all servers of the zone, and carry the climb and the chain of trust."""
        request = _core.Request(_texts(ca), wildcard, _texts(account_uri), _texts(validation_method), purpose)
        return self._records(iter(names), _core.Stream(self._core, request, fresh, thorough))

    @staticmethod
    def _records(names: Iterator[str | Mapping[str, Any]], stream: _core.Stream) -> Iterator[Record]:
        more = True
        while more or stream.missing:
            while more and stream.missing < MOST_IN_FLIGHT:
                name = next(names, None)
                more = name is not None
                if name is not None:
                    stream.add(json.dumps({"name": name} if isinstance(name, str) else dict(name)))
            line = stream.next()
            if line is not None:
                yield json.loads(line)


def check(names: Names, ca: str | Sequence[str] = "letsencrypt.org", *, wildcard: bool = False, account_uri: Texts = (),
          validation_method: Texts = (), purpose: str = "tls", thorough: bool = False, **scanner: Any) -> Iterator[Record]:
    """Scanner(**scanner).check(names, ...), for programs that ask once."""
    return Scanner(**scanner).check(names, ca, wildcard=wildcard, account_uri=account_uri,
                                    validation_method=validation_method, purpose=purpose, thorough=thorough)


def _octets(text: str) -> bytes:
    """What a record's `tag` or `value` stands for: \\DDD is an octet, \\\\ a backslash."""
    return re.sub(rb"\\(\d{3}|.)", lambda found: bytes([int(found[1])]) if len(found[1]) == 3 else found[1], text.encode("ascii"))


def decide(records: Iterable[Mapping[str, Any]], ca: str | Sequence[str] = "letsencrypt.org", *, account_uri: Texts = (),
           validation_method: Texts = ()) -> Iterator[Record]:
    """The records, decided for another CA, account or method, without a look-up: as `caascan decide`. `decisions` goes away."""
    request = _core.Request(_texts(ca), False, _texts(account_uri), _texts(validation_method), "tls")
    return (_decided(record, request) for record in records)


def _decided(record: Mapping[str, Any], request: _core.Request) -> Record:
    decided = {member: value for member, value in record.items() if member != "decisions"}
    if record["outcome"] not in ("permit", "deny"):
        decided["would_issue"] = record["may_issue"] and request.uses_exception
        return decided
    request.wildcard = record["name"].startswith("*.")
    request.ask_for(record.get("for", "tls"))
    rrset = record.get("caa", {}).get("records", [])
    permit, reason = _core.decide([(each["flags"], _octets(each["tag"]), _octets(each["value"])) for each in rrset], request)
    return decided | {"outcome": "permit" if permit else "deny", "reason": reason, "may_issue": permit, "would_issue": permit}
