-- A scan's records in ClickHouse, for tables.sql. Load them first:
--
--   CREATE TABLE lines (line String) ENGINE = Memory;
--   INSERT INTO lines FROM INFILE 'out.ndjson' FORMAT JSONAsString;
--   CREATE TABLE records ENGINE = MergeTree ORDER BY id AS SELECT rowNumberInAllBlocks() AS id, line FROM lines;
--
-- Tested against `caascan report` with ClickHouse 26.7. Debian's own, of 2018, knows neither its JSON nor its window
-- functions.

CREATE VIEW scan AS
SELECT id, JSONExtractString(line, 'name') AS name, JSONExtractString(line, 'outcome') AS outcome,
  if(JSONHas(line, 'for'), JSONExtractString(line, 'for'), 'tls') AS purpose,
  JSONExtractString(line, 'reason') AS reason, toUInt64(JSONExtractBool(line, 'may_issue')) AS may_issue,
  -- Records of earlier versions have no would_issue.
  toUInt64(if(JSONHas(line, 'would_issue'), JSONExtractBool(line, 'would_issue'), outcome = 'permit')) AS would_issue,
  toUInt64(JSONExtractBool(line, 'nxdomain')) AS nxdomain,
  JSONExtractString(line, 'dnssec') AS dnssec, toUInt64(JSONHas(line, 'caa')) AS has_caa,
  JSONExtractString(line, 'caa', 'owner') AS caa_owner, toFloat64(JSONExtractUInt(line, 'caa', 'ttl')) AS caa_ttl,
  JSONExtractString(line, 'persist', 'result') AS persist,
  JSONExtractString(line, 'operator') AS operator, toFloat64(JSONExtractUInt(line, 'queries')) AS queries,
  toFloat64(JSONExtractUInt(line, 'retries')) AS retries, greatest(JSONExtractUInt(line, 'attempts'), 1) AS attempts,
  if(JSONHas(line, 'rank'), JSONExtractUInt(line, 'rank'), NULL) AS place, JSONExtractFloat(line, 'elapsed_ms') AS elapsed_ms, JSONExtractString(line, 'time') AS time,
  JSONExtractRaw(line, 'order') AS "order",
  if(reason = 'invalid_name', '(no name)', extract(name, '[^.]*$')) AS tld
FROM records;

CREATE VIEW server AS
SELECT id, JSONExtractString(one, 'address') AS address, JSONExtractString(one, 'host') AS host,
  JSONExtractString(one, 'result') AS result
FROM records ARRAY JOIN JSONExtractArrayRaw(line, 'servers') AS one;

CREATE VIEW finding AS
SELECT id, JSONExtractString(one, 'code') AS code, JSONExtractString(one, 'address') AS address,
  JSONExtractString(one, 'host') AS host
FROM records ARRAY JOIN JSONExtractArrayRaw(line, 'findings') AS one;

-- Extended errors (RFC 8914): told with a server's answer, or meant by a finding.
CREATE VIEW ede AS
SELECT id, arrayJoin(JSONExtract(one, 'ede', 'Array(UInt64)')) AS code, toUInt64(1) AS told
FROM records ARRAY JOIN JSONExtractArrayRaw(line, 'servers') AS one
UNION ALL
SELECT id, JSONExtractUInt(one, 'ede') AS code, toUInt64(0) AS told
FROM records ARRAY JOIN JSONExtractArrayRaw(line, 'findings') AS one WHERE JSONHas(one, 'ede');

-- RFC 8659 section 4.2: an issuer, and parameters behind a semicolon each. Backslashes of patterns stand twice.
CREATE VIEW caa AS
SELECT id, flags, tag, value,
  toUInt64(tag IN ('issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone')) AS known,
  replaceRegexpAll(splitByChar(';', value)[1], '^[ \\t]+|[ \\t]+$', '') AS front,
  if(match(front, '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$'), lower(front), '') AS issuer,
  toUInt64(match(value, '^[ \\t]*([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)?[ \\t]*(;[ \\t]*|(;[ \\t]*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[ \\t]*=[ \\t]*([!-:<-\\[^-~]|\\]|\\\\\\\\)*[ \\t]*)+)?$')) AS sound,
  toUInt64(match(lower(value), ';[ \\t]*accounturi[ \\t]*=')) AS accounturi,
  toUInt64(match(lower(value), ';[ \\t]*validationmethods[ \\t]*=')) AS validationmethods,
  -- RFC 8657: what is there twice, or has not the form of a URI or of a list of labels, matches nothing.
  toUInt64(match(lower(value), ';[ \\t]*accounturi[ \\t]*=.*;[ \\t]*accounturi[ \\t]*=') OR (match(lower(value), ';[ \\t]*accounturi[ \\t]*=') AND NOT match(lower(value), ';[ \\t]*accounturi[ \\t]*=[ \\t]*[a-z][-a-z0-9+.]*:([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*(#([]!$&-:=?-[_a-z~]|%[0-9a-f][0-9a-f])*)?[ \\t]*(;|$)'))
    OR match(lower(value), ';[ \\t]*validationmethods[ \\t]*=.*;[ \\t]*validationmethods[ \\t]*=') OR (match(lower(value), ';[ \\t]*validationmethods[ \\t]*=') AND NOT match(lower(value), ';[ \\t]*validationmethods[ \\t]*=[ \\t]*[-a-z0-9]+(,[-a-z0-9]+)*[ \\t]*(;|$)'))) AS nobody
FROM (SELECT id, JSONExtractUInt(one, 'flags') AS flags, lower(JSONExtractString(one, 'tag')) AS tag,
        JSONExtractString(one, 'value') AS value
      FROM records ARRAY JOIN JSONExtractArrayRaw(line, 'caa', 'records') AS one);

-- All issuers of a name, each once, in the order of their letters.
CREATE VIEW issuer_set AS
SELECT scan.id AS id, scan.nxdomain AS nxdomain, if(named.issuers = '', '(none)', named.issuers) AS issuers
FROM scan LEFT JOIN (
  SELECT id, arrayStringConcat(arraySort(groupUniqArray(issuer)), ', ') AS issuers FROM (
    SELECT DISTINCT caa.id AS id, caa.issuer AS issuer FROM caa JOIN scan ON scan.id = caa.id
    WHERE caa.issuer <> '' AND ((scan.purpose = 'tls' AND caa.tag IN ('issue', 'issuewild'))
      OR (scan.purpose = 'smime' AND caa.tag = 'issuemail') OR (scan.purpose = 'mark' AND caa.tag = 'issuevmc'))
    ORDER BY issuer
  ) AS one GROUP BY id
) AS named ON named.id = scan.id WHERE scan.has_caa = 1;

CREATE VIEW decision AS
SELECT id, one.1 AS ca, JSONExtractString(one.2) AS decision
FROM records ARRAY JOIN JSONExtractKeysAndValuesRaw(line, 'decisions') AS one;
