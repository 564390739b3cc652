-- A scan's records in DuckDB, for tables.sql. Load them first:
--
--   CREATE TABLE records AS SELECT row_number() OVER () AS id, json AS line
--   FROM read_json_objects('out.ndjson', format = 'newline_delimited');
--
-- Shards are a list: ['shard-1.ndjson.zst', 'shard-2.ndjson.zst']. A pattern such as 'out.ndjson*' also takes the metadata
-- (out.ndjson.meta.json), and a file that lies there plain and compressed would count twice.
--
-- Tested against `caascan report` with DuckDB 1.5.

CREATE VIEW scan AS
SELECT id, line->>'name' AS name, coalesce(line->>'for', 'tls') AS purpose, line->>'outcome' AS outcome, line->>'reason' AS reason,
  CASE WHEN (line->>'may_issue') = 'true' THEN 1 ELSE 0 END AS may_issue, line->>'dnssec' AS dnssec,
  -- Records of earlier versions have no would_issue.
  CASE coalesce(line->>'would_issue', CASE line->>'outcome' WHEN 'permit' THEN 'true' END) WHEN 'true' THEN 1 ELSE 0 END
    AS would_issue,
  CASE coalesce(line->>'nxdomain', '') WHEN 'true' THEN 1 ELSE 0 END AS nxdomain,
  CASE WHEN (line->'caa') IS NULL THEN 0 ELSE 1 END AS has_caa, line->>'$.caa.owner' AS caa_owner,
  coalesce(line->>'$.persist.result', '') AS persist,
  CAST(line->>'$.caa.ttl' AS BIGINT) AS caa_ttl, coalesce(line->>'operator', '') AS operator,
  CAST(coalesce(line->>'queries', '0') AS DOUBLE) AS queries, CAST(coalesce(line->>'retries', '0') AS DOUBLE) AS retries,
  CAST(coalesce(line->>'attempts', '1') AS DOUBLE) AS attempts,
  CAST(coalesce(line->>'elapsed_ms', '0') AS DOUBLE) AS elapsed_ms,
  CAST(line->>'rank' AS BIGINT) AS place, line->>'time' AS time, coalesce(CAST(line->'order' AS VARCHAR), '') AS "order",
  CASE WHEN (line->>'reason') = 'invalid_name' THEN '(no name)' ELSE regexp_extract(line->>'name', '[^.]*$') END AS tld
FROM records;

CREATE VIEW server AS
SELECT id, coalesce(one->>'address', '') AS address, coalesce(one->>'host', '') AS host, one->>'result' AS result
FROM (SELECT id, unnest(CAST(line->'servers' AS JSON[])) AS one FROM records);

CREATE VIEW finding AS
SELECT id, one->>'code' AS code, coalesce(one->>'address', '') AS address, coalesce(one->>'host', '') AS host
FROM (SELECT id, unnest(CAST(line->'findings' AS JSON[])) AS one FROM records);

-- Extended errors (RFC 8914): told with a server's answer, or meant by a finding.
CREATE VIEW ede AS
SELECT id, unnest(CAST(one->'ede' AS BIGINT[])) AS code, 1 AS told
FROM (SELECT id, unnest(CAST(line->'servers' AS JSON[])) AS one FROM records)
UNION ALL
SELECT id, CAST(one->>'ede' AS BIGINT), 0 FROM (SELECT id, unnest(CAST(line->'findings' AS JSON[])) AS one FROM records)
WHERE (one->>'ede') IS NOT NULL;

-- RFC 8659 section 4.2: an issuer, and parameters behind a semicolon each.
CREATE VIEW caa AS
SELECT id, flags, tag, value,
  CASE WHEN tag IN ('issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone')
    THEN 1 ELSE 0 END AS known,
  CASE WHEN regexp_full_match(trim(split_part(value, ';', 1), E' \t'), '[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*')
    THEN lower(trim(split_part(value, ';', 1), E' \t')) ELSE '' END AS issuer,
  CASE WHEN regexp_full_match(value, '[ \t]*([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)?[ \t]*(;[ \t]*|(;[ \t]*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[ \t]*=[ \t]*([!-:<-\[^-~]|\]|\\\\)*[ \t]*)+)?')
    THEN 1 ELSE 0 END AS sound,
  CASE WHEN regexp_matches(lower(value), ';[ \t]*accounturi[ \t]*=') THEN 1 ELSE 0 END AS accounturi,
  CASE WHEN regexp_matches(lower(value), ';[ \t]*validationmethods[ \t]*=') THEN 1 ELSE 0 END AS validationmethods,
  -- RFC 8657: what is there twice, or has not the form of a URI or of a list of labels, matches nothing.
  CASE WHEN regexp_matches(lower(value), ';[ \t]*accounturi[ \t]*=.*;[ \t]*accounturi[ \t]*=') OR (regexp_matches(lower(value), ';[ \t]*accounturi[ \t]*=') AND NOT regexp_matches(lower(value), ';[ \t]*accounturi[ \t]*=[ \t]*[a-z][-a-z0-9+.]*:([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*(#([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*)?[ \t]*(;|$)'))
    OR regexp_matches(lower(value), ';[ \t]*validationmethods[ \t]*=.*;[ \t]*validationmethods[ \t]*=') OR (regexp_matches(lower(value), ';[ \t]*validationmethods[ \t]*=') AND NOT regexp_matches(lower(value), ';[ \t]*validationmethods[ \t]*=[ \t]*[-a-z0-9]+(,[-a-z0-9]+)*[ \t]*(;|$)'))
    THEN 1 ELSE 0 END AS nobody
FROM (SELECT id, CAST(one->>'flags' AS INTEGER) AS flags, lower(one->>'tag') AS tag, one->>'value' AS value
      FROM (SELECT id, unnest(CAST(line->'$.caa.records' AS JSON[])) AS one FROM records));

-- All issuers of a name, each once, in the order of their letters.
CREATE VIEW issuer_set AS
SELECT scan.id AS id, scan.nxdomain AS nxdomain, coalesce(named.issuers, '(none)') AS issuers
FROM scan LEFT JOIN (
  SELECT id, string_agg(issuer, ', ' ORDER BY issuer) AS issuers FROM (
    SELECT DISTINCT caa.id AS id, caa.issuer AS issuer FROM caa JOIN scan ON scan.id = caa.id
    WHERE caa.issuer <> '' AND ((scan.purpose = 'tls' AND caa.tag IN ('issue', 'issuewild'))
      OR (scan.purpose = 'smime' AND caa.tag = 'issuemail') OR (scan.purpose = 'mark' AND caa.tag = 'issuevmc'))
    ORDER BY issuer
  ) AS one GROUP BY id
) AS named ON named.id = scan.id WHERE scan.has_caa = 1;

CREATE VIEW decision AS
SELECT id, ca, decisions->>('$."' || replace(ca, '"', '\"') || '"') AS decision
FROM (SELECT id, line->'decisions' AS decisions, unnest(json_keys(line->'decisions')) AS ca FROM records);
