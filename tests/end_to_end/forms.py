"""The ways one record may be written: Avro or JSON, tidy or as tills write it."""

import json
import random
from collections.abc import Mapping
from typing import Any

from tests.end_to_end import encodings

ODD_JSON_SHARE = 0.4
Registered = Mapping[str, int]
"""Schema ids of `return` and `earn` in a registry; empty without one."""


def written(chance: random.Random, schema: Any, fields: Mapping[str, Any], schema_id: int | None) -> bytes:
    """The record in an encoding of chance."""
    kind = chance.choice(["avro", "json"] if schema_id is None else ["avro", "json", "confluent"])
    if kind == "avro":
        return encodings.single_object(schema, fields)
    if kind == "confluent" and schema_id is not None:
        return encodings.confluent(schema, fields, schema_id)
    return encodings.as_json(oddly(chance, fields) if chance.random() < ODD_JSON_SHARE else fields)


def oddly(chance: random.Random, fields: Mapping[str, Any]) -> dict[str, Any]:
    """JSON as it occurs: ids as digits in a string, "null" for null, absent defaults, names nobody knows."""
    odd = dict(fields)
    if odd["customer_id"] is None:
        odd["customer_id"] = "null"
    elif chance.random() < 0.5:
        odd["customer_id"] = str(odd["customer_id"])
    odd = {name: value for name, value in odd.items() if value is not None or chance.random() < 0.5}
    odd["x_till_software"] = {"version": [4, 2]}
    return odd


def undecodable(chance: random.Random, good: Mapping[str, Any], schema: Any) -> bytes:
    """Bytes from which no record of the schema comes out."""
    avro = encodings.single_object(schema, good)
    lacking = {name: value for name, value in good.items() if name != "bill_number"}
    return chance.choice(
        [
            b"",
            b"\xff\xfe\x00garbage",
            b"{not json",
            b"[]",
            encodings.MARKER + chance.randbytes(8) + avro[10:],
            avro[: len(avro) // 2],
            avro[:6],
            encodings.as_json(lacking),
            encodings.as_json({**good, "type": "SWAP", "kind": "SWAP"}),
            json.dumps("text").encode(),
        ]
    )


def senseless(chance: random.Random, good: Mapping[str, Any]) -> dict[str, Any]:
    """A return that can be read and breaks the schema's sense."""
    line: dict[str, Any] = {"line_id": "1", "quantity": 1.0}
    breaches: list[dict[str, Any]] = [
        {"event_id": ""},
        {"bill_number": "", "type": "RETURN"},
        {"return_type": "LINE_ITEM", "type": "RETURN", "lines": []},
        {"type": "MIXED", "lines": [line]},
        {"returned_at": 0},
        {"returned_at": -5},
        {"customer_id": 0},
        {"customer_id": -7},
        *(
            {"return_type": "LINE_ITEM", "type": "RETURN", "lines": [{**line, "quantity": quantity}]}
            for quantity in (0.0, -1.0, float("nan"), float("inf"))
        ),
    ]
    return {**good, **chance.choice(breaches)}
