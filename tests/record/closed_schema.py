"""The schema of records as this version writes them: with no member that it does not name.

docs/record.schema.json lets later versions add members. A test of our own writer must not.
"""


def closed(schema):
    """The schema with "additionalProperties": false in every object that lists its properties and says nothing else."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    # Conditions ("if", "then", "allOf" and so on) name properties too, but have no type.
    if schema.get("type") == "object" and "properties" in schema:
        parts.setdefault("additionalProperties", False)
    return parts
