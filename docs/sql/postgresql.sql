-- A scan's records in PostgreSQL (15 or later), for tables.sql. Load them first:
--
--   CREATE TABLE records (id bigint GENERATED ALWAYS AS IDENTITY, line jsonb NOT NULL);
--   \copy records (line) FROM 'out.ndjson' WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')
--
-- Tested against `caascan report`. For many records make scan, server, finding, caa and decision MATERIALIZED.

CREATE VIEW scan AS
SELECT id, line->>'name' AS name, coalesce(line->>'for', 'tls') AS purpose, line->>'outcome' AS outcome, line->>'reason' AS reason,
  CASE WHEN line->'may_issue' = 'true' THEN 1 ELSE 0 END AS may_issue, line->>'dnssec' AS dnssec,
  -- Records of earlier versions have no would_issue.
  CASE WHEN coalesce(line->>'would_issue', CASE line->>'outcome' WHEN 'permit' THEN 'true' END) = 'true' THEN 1 ELSE 0 END
    AS would_issue,
  CASE WHEN line->'nxdomain' = 'true' THEN 1 ELSE 0 END AS nxdomain,
  CASE WHEN line ? 'caa' THEN 1 ELSE 0 END AS has_caa, line#>>'{caa,owner}' AS caa_owner,
  coalesce(line#>>'{persist,result}', '') AS persist,
  (line#>>'{caa,ttl}')::numeric AS caa_ttl, coalesce(line->>'operator', '') AS operator,
  coalesce(line->>'queries', '0')::numeric AS queries, coalesce(line->>'retries', '0')::numeric AS retries,
  coalesce(line->>'attempts', '1')::numeric AS attempts, coalesce(line->>'elapsed_ms', '0')::numeric AS elapsed_ms,
  (line->>'rank')::numeric AS place, line->>'time' AS time, coalesce((line->'order')::text, '') AS "order",
  CASE WHEN line->>'reason' = 'invalid_name' THEN '(no name)' ELSE substring(line->>'name' FROM '[^.]*$') END AS tld
FROM records;

CREATE VIEW server AS
SELECT id, coalesce(one->>'address', '') AS address, coalesce(one->>'host', '') AS host, one->>'result' AS result
FROM records, jsonb_array_elements(coalesce(line->'servers', '[]')) AS one;

CREATE VIEW finding AS
SELECT id, one->>'code' AS code, coalesce(one->>'address', '') AS address, coalesce(one->>'host', '') AS host
FROM records, jsonb_array_elements(coalesce(line->'findings', '[]')) AS one;

-- Extended errors (RFC 8914): told with a server's answer, or meant by a finding.
CREATE VIEW ede AS
SELECT id, code::int AS code, 1 AS told
FROM records, jsonb_array_elements(coalesce(line->'servers', '[]')) AS one, jsonb_array_elements_text(coalesce(one->'ede', '[]')) AS code
UNION ALL
SELECT id, (one->>'ede')::int, 0 FROM records, jsonb_array_elements(coalesce(line->'findings', '[]')) AS one
WHERE one->>'ede' IS NOT NULL;

-- RFC 8659 section 4.2: an issuer, and parameters behind a semicolon each.
CREATE VIEW caa AS
SELECT id, flags, tag, value,
  CASE WHEN tag IN ('issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone')
    THEN 1 ELSE 0 END AS known,
  CASE WHEN btrim(split_part(value, ';', 1), E' \t') ~ '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$'
    THEN lower(btrim(split_part(value, ';', 1), E' \t')) ELSE '' END AS issuer,
  CASE WHEN value ~ E'^[ \t]*([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)?[ \t]*(;[ \t]*|(;[ \t]*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[ \t]*=[ \t]*([!-:<-\\[^-~]|]|\\\\\\\\)*[ \t]*)+)?$'
    THEN 1 ELSE 0 END AS sound,
  CASE WHEN lower(value) ~ E';[ \t]*accounturi[ \t]*=' THEN 1 ELSE 0 END AS accounturi,
  CASE WHEN lower(value) ~ E';[ \t]*validationmethods[ \t]*=' THEN 1 ELSE 0 END AS validationmethods,
  -- RFC 8657: what is there twice, or has not the form of a URI or of a list of labels, matches nothing.
  CASE WHEN lower(value) ~ E';[ \t]*accounturi[ \t]*=.*;[ \t]*accounturi[ \t]*=' OR (lower(value) ~ E';[ \t]*accounturi[ \t]*=' AND lower(value) !~ E';[ \t]*accounturi[ \t]*=[ \t]*[a-z][-a-z0-9+.]*:([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*(#([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*)?[ \t]*(;|$)')
    OR lower(value) ~ E';[ \t]*validationmethods[ \t]*=.*;[ \t]*validationmethods[ \t]*=' OR (lower(value) ~ E';[ \t]*validationmethods[ \t]*=' AND lower(value) !~ E';[ \t]*validationmethods[ \t]*=[ \t]*[-a-z0-9]+(,[-a-z0-9]+)*[ \t]*(;|$)')
    THEN 1 ELSE 0 END AS nobody
FROM (SELECT id, (one->>'flags')::int AS flags, lower(one->>'tag') AS tag, one->>'value' AS value
      FROM records, jsonb_array_elements(coalesce(line#>'{caa,records}', '[]')) AS one) AS property;

-- All issuers of a name, each once, in the order of their letters.
CREATE VIEW issuer_set AS
SELECT scan.id AS id, scan.nxdomain AS nxdomain, coalesce(named.issuers, '(none)') AS issuers
FROM scan LEFT JOIN (
  SELECT id, string_agg(issuer, ', ' ORDER BY issuer COLLATE "C") AS issuers FROM (
    SELECT DISTINCT caa.id AS id, caa.issuer AS issuer FROM caa JOIN scan ON scan.id = caa.id
    WHERE caa.issuer <> '' AND ((scan.purpose = 'tls' AND caa.tag IN ('issue', 'issuewild'))
      OR (scan.purpose = 'smime' AND caa.tag = 'issuemail') OR (scan.purpose = 'mark' AND caa.tag = 'issuevmc'))
    ORDER BY issuer
  ) AS one GROUP BY id
) AS named ON named.id = scan.id WHERE scan.has_caa = 1;

CREATE VIEW decision AS
SELECT id, one.key AS ca, one.value AS decision
FROM records, jsonb_each_text(coalesce(line->'decisions', '{}')) AS one;
