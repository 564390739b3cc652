-- A scan's records in SQLite (3.38 or later), for tables.sql. Load them first, in the sqlite3 shell, whose REGEXP this needs:
--
--   CREATE TABLE records (id INTEGER PRIMARY KEY, line TEXT NOT NULL);
--   CREATE TABLE lines (line TEXT);
--   .mode ascii
--   .separator "\002" "\n"
--   .import out.ndjson lines
--   INSERT INTO records (line) SELECT line FROM lines;
--
-- Tested against `caascan report`.

CREATE VIEW scan AS
SELECT id, line->>'name' AS name, coalesce(line->>'for', 'tls') AS purpose, line->>'outcome' AS outcome, line->>'reason' AS reason,
  CASE WHEN line->'may_issue' = 'true' THEN 1 ELSE 0 END AS may_issue, line->>'dnssec' AS dnssec,
  -- Records of earlier versions have no would_issue.
  CASE WHEN coalesce(line->'would_issue', CASE line->>'outcome' WHEN 'permit' THEN 'true' END) = 'true' THEN 1 ELSE 0 END
    AS would_issue,
  CASE WHEN line->'nxdomain' = 'true' THEN 1 ELSE 0 END AS nxdomain,
  CASE WHEN line->'caa' IS NULL THEN 0 ELSE 1 END AS has_caa, line->>'$.caa.owner' AS caa_owner,
  coalesce(line->>'$.persist.result', '') AS persist,
  line->>'$.caa.ttl' AS caa_ttl, coalesce(line->>'operator', '') AS operator,
  coalesce(line->>'queries', 0) AS queries, coalesce(line->>'retries', 0) AS retries,
  coalesce(line->>'attempts', 1) AS attempts, coalesce(line->>'elapsed_ms', 0) AS elapsed_ms,
  line->>'rank' AS place, line->>'time' AS time, coalesce(line->'order', '') AS "order",
  -- Trimming all that is no dot off the right end leaves what stands before the last label.
  CASE WHEN line->>'reason' = 'invalid_name' THEN '(no name)'
    ELSE substr(line->>'name', 1 + length(rtrim(line->>'name', replace(line->>'name', '.', '')))) END AS tld
FROM records;

CREATE VIEW server AS
SELECT records.id AS id, coalesce(one.value->>'address', '') AS address, coalesce(one.value->>'host', '') AS host,
  one.value->>'result' AS result
FROM records, json_each(records.line, '$.servers') AS one;

CREATE VIEW finding AS
SELECT records.id AS id, one.value->>'code' AS code, coalesce(one.value->>'address', '') AS address,
  coalesce(one.value->>'host', '') AS host
FROM records, json_each(records.line, '$.findings') AS one;

-- Extended errors (RFC 8914): told with a server's answer, or meant by a finding.
CREATE VIEW ede AS
SELECT records.id AS id, code.value AS code, 1 AS told
FROM records, json_each(records.line, '$.servers') AS one, json_each(one.value, '$.ede') AS code
UNION ALL
SELECT records.id, one.value->>'ede', 0 FROM records, json_each(records.line, '$.findings') AS one
WHERE one.value->>'ede' IS NOT NULL;

-- RFC 8659 section 4.2: an issuer, and parameters behind a semicolon each. char(9) is a tab.
CREATE VIEW caa AS
SELECT id, flags, tag, value,
  CASE WHEN tag IN ('issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone')
    THEN 1 ELSE 0 END AS known,
  CASE WHEN front REGEXP '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$'
    THEN lower(front) ELSE '' END AS issuer,
  CASE WHEN value REGEXP '^[ \t]*([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)?[ \t]*(;[ \t]*|(;[ \t]*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[ \t]*=[ \t]*([!-:<-\[^-~]|\]|\\\\)*[ \t]*)+)?$'
    THEN 1 ELSE 0 END AS sound,
  CASE WHEN lower(value) REGEXP ';[ \t]*accounturi[ \t]*=' THEN 1 ELSE 0 END AS accounturi,
  CASE WHEN lower(value) REGEXP ';[ \t]*validationmethods[ \t]*=' THEN 1 ELSE 0 END AS validationmethods,
  -- RFC 8657: what is there twice, or has not the form of a URI or of a list of labels, matches nothing.
  CASE WHEN lower(value) REGEXP ';[ \t]*accounturi[ \t]*=.*;[ \t]*accounturi[ \t]*=' OR (lower(value) REGEXP ';[ \t]*accounturi[ \t]*=' AND lower(value) NOT REGEXP ';[ \t]*accounturi[ \t]*=[ \t]*[a-z][-a-z0-9+.]*:([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*(#([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*)?[ \t]*(;|$)')
    OR lower(value) REGEXP ';[ \t]*validationmethods[ \t]*=.*;[ \t]*validationmethods[ \t]*=' OR (lower(value) REGEXP ';[ \t]*validationmethods[ \t]*=' AND lower(value) NOT REGEXP ';[ \t]*validationmethods[ \t]*=[ \t]*[-a-z0-9]+(,[-a-z0-9]+)*[ \t]*(;|$)')
    THEN 1 ELSE 0 END AS nobody
FROM (
  SELECT records.id AS id, one.value->>'flags' AS flags, lower(one.value->>'tag') AS tag, one.value->>'value' AS value,
    trim(substr(one.value->>'value', 1, CASE instr(one.value->>'value', ';') WHEN 0 THEN length(one.value->>'value')
      ELSE instr(one.value->>'value', ';') - 1 END), ' ' || char(9)) AS front
  FROM records, json_each(records.line, '$.caa.records') AS one
);

-- All issuers of a name, each once, in the order of their letters.
CREATE VIEW issuer_set AS
SELECT scan.id AS id, scan.nxdomain AS nxdomain, coalesce(named.issuers, '(none)') AS issuers
FROM scan LEFT JOIN (
  SELECT id, group_concat(issuer, ', ') AS issuers FROM (
    SELECT DISTINCT caa.id AS id, caa.issuer AS issuer FROM caa JOIN scan ON scan.id = caa.id
    WHERE caa.issuer <> '' AND ((scan.purpose = 'tls' AND caa.tag IN ('issue', 'issuewild'))
      OR (scan.purpose = 'smime' AND caa.tag = 'issuemail') OR (scan.purpose = 'mark' AND caa.tag = 'issuevmc'))
    ORDER BY issuer
  ) AS one GROUP BY id
) AS named ON named.id = scan.id WHERE scan.has_caa = 1;

CREATE VIEW decision AS
SELECT records.id AS id, one.key AS ca, one.value AS decision FROM records, json_each(records.line, '$.decisions') AS one;
