-- The tables of `caascan report` as views, in SQL that PostgreSQL, SQLite, DuckDB and ClickHouse have in common. Run one of
-- postgresql.sql, sqlite.sql, duckdb.sql and clickhouse.sql first: it makes the views scan, server, finding, caa, ede,
-- issuer_set and decision of the records. Views have the names of the report's tables behind "report_", and its columns. What is not here:
-- intervals (any share is hits of trials; where it is of names that exist, they are "existing"), what the program knows by heart (meanings, remedies, known issuers), and
-- the operators of records that name none. Lists in one cell of the report, such as an operator's failures, are views
-- of a row each. Percentiles are exact here; the report's are off by 0.8 % at most.
--
-- Nor is there a report_broken: a line that is no record is mostly no JSON, which no database takes. PostgreSQL, DuckDB
-- and ClickHouse refuse to load such a file, SQLite to read its views. The table "broken" of `caascan report` tells which
-- lines they are, and jq -cR 'fromjson? // empty | select(.outcome)' leaves them out.

CREATE VIEW report_summary AS
SELECT 'records' AS fact, count(*) AS count, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing FROM scan
UNION ALL SELECT 'nxdomain', count(*), count(CASE nxdomain WHEN 0 THEN 1 END) FROM scan WHERE nxdomain = 1
UNION ALL SELECT 'may_issue', count(*), count(CASE nxdomain WHEN 0 THEN 1 END) FROM scan WHERE may_issue = 1
UNION ALL SELECT 'would_issue', count(*), count(CASE nxdomain WHEN 0 THEN 1 END) FROM scan
  WHERE may_issue = 1 AND would_issue = 1
UNION ALL SELECT 'failed', count(*), count(CASE nxdomain WHEN 0 THEN 1 END) FROM scan
  WHERE outcome IN ('servfail', 'timeout', 'lame')
UNION ALL SELECT 'with_caa', count(*), count(CASE nxdomain WHEN 0 THEN 1 END) FROM scan WHERE has_caa = 1
UNION ALL SELECT 'rechecked', count(*), count(CASE nxdomain WHEN 0 THEN 1 END) FROM scan WHERE attempts > 1;

CREATE VIEW report_span AS
SELECT 'first_record' AS event, min(time) AS time FROM scan
UNION ALL SELECT 'last_record', max(time) FROM scan;

CREATE VIEW report_outcomes AS
SELECT outcome, count(*) AS names, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing FROM scan GROUP BY outcome;

CREATE VIEW report_reasons AS
SELECT reason, outcome, count(*) AS names, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing FROM scan
GROUP BY reason, outcome;

-- Without rows where all is for TLS.
CREATE VIEW report_purposes AS
SELECT purpose, count(*) AS names,
  sum(CASE outcome WHEN 'permit' THEN 1 ELSE 0 END) AS permit,
  sum(CASE outcome WHEN 'deny' THEN 1 ELSE 0 END) AS deny,
  sum(CASE outcome WHEN 'servfail' THEN 1 ELSE 0 END) AS servfail,
  sum(CASE outcome WHEN 'timeout' THEN 1 ELSE 0 END) AS timeout,
  sum(CASE outcome WHEN 'lame' THEN 1 ELSE 0 END) AS lame,
  sum(CASE outcome WHEN 'error' THEN 1 ELSE 0 END) AS error
FROM scan WHERE (SELECT count(*) FROM scan WHERE purpose <> 'tls') > 0 GROUP BY purpose;

CREATE VIEW report_findings AS
SELECT finding.code AS code, count(DISTINCT finding.id) AS names, count(*) AS findings,
  count(DISTINCT CASE scan.nxdomain WHEN 0 THEN finding.id END) AS existing,
  count(DISTINCT CASE WHEN scan.outcome IN ('servfail', 'timeout', 'lame') THEN finding.id END) AS failed
FROM finding JOIN scan ON scan.id = finding.id GROUP BY finding.code;

CREATE VIEW report_operators AS
SELECT operator, count(*) AS names,
  sum(CASE outcome WHEN 'permit' THEN 1 ELSE 0 END) AS permit,
  sum(CASE outcome WHEN 'deny' THEN 1 ELSE 0 END) AS deny,
  sum(CASE outcome WHEN 'servfail' THEN 1 ELSE 0 END) AS servfail,
  sum(CASE outcome WHEN 'timeout' THEN 1 ELSE 0 END) AS timeout,
  sum(CASE outcome WHEN 'lame' THEN 1 ELSE 0 END) AS lame,
  sum(CASE outcome WHEN 'error' THEN 1 ELSE 0 END) AS error,
  count(CASE nxdomain WHEN 0 THEN 1 END) AS existing,
  count(CASE WHEN nxdomain = 0 AND outcome IN ('servfail', 'timeout', 'lame') THEN 1 END) AS failed_existing,
  min(time) AS first_seen, max(time) AS last_seen
FROM scan WHERE operator <> '' GROUP BY operator;

CREATE VIEW report_operator_failures AS
SELECT operator, reason, count(*) AS names FROM scan
WHERE operator <> '' AND outcome IN ('servfail', 'timeout', 'lame') GROUP BY operator, reason;

CREATE VIEW report_operator_findings AS
SELECT scan.operator AS operator, finding.code AS code, count(DISTINCT finding.id) AS names
FROM finding JOIN scan ON scan.id = finding.id WHERE scan.operator <> '' GROUP BY scan.operator, finding.code;

-- Of operators with at least ten names, as the report has it by default.
CREATE VIEW report_league AS
SELECT operator, servfail + timeout + lame AS failed, names, existing, failed_existing FROM report_operators
WHERE servfail + timeout + lame > 0 AND names >= 10;

CREATE VIEW report_server_faults AS
SELECT address, host, fault, count(*) AS count FROM (
  SELECT id, address, host, result AS fault FROM server WHERE result NOT IN ('answer', 'referral', 'blocked')
  UNION ALL
  SELECT id, address, host, code FROM finding WHERE address <> '' OR host <> ''
) AS fault GROUP BY address, host, fault;

CREATE VIEW report_servers AS
SELECT fault.address AS address, fault.host AS host, count(DISTINCT fault.id) AS names, max(named.asked) AS asked,
  min(scan.time) AS first_seen, max(scan.time) AS last_seen
FROM (
  SELECT id, address, host FROM server WHERE result NOT IN ('answer', 'referral', 'blocked')
  UNION ALL
  SELECT id, address, host FROM finding WHERE address <> '' OR host <> ''
) AS fault JOIN scan ON scan.id = fault.id JOIN (
  SELECT address, host, count(DISTINCT id) AS asked FROM (
    SELECT id, address, host FROM server WHERE result <> 'blocked'
    UNION ALL
    SELECT id, address, host FROM finding WHERE address <> '' OR host <> ''
  ) AS one GROUP BY address, host
) AS named ON named.address = fault.address AND named.host = fault.host GROUP BY fault.address, fault.host;

CREATE VIEW report_tlds AS
SELECT tld, count(*) AS names,
  sum(CASE outcome WHEN 'permit' THEN 1 ELSE 0 END) AS permit,
  sum(CASE outcome WHEN 'deny' THEN 1 ELSE 0 END) AS deny,
  sum(CASE outcome WHEN 'servfail' THEN 1 ELSE 0 END) AS servfail,
  sum(CASE outcome WHEN 'timeout' THEN 1 ELSE 0 END) AS timeout,
  sum(CASE outcome WHEN 'lame' THEN 1 ELSE 0 END) AS lame,
  sum(CASE outcome WHEN 'error' THEN 1 ELSE 0 END) AS error,
  sum(has_caa) AS with_caa, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing,
  count(CASE WHEN nxdomain = 0 AND outcome IN ('servfail', 'timeout', 'lame') THEN 1 END) AS failed_existing
FROM scan GROUP BY tld;

CREATE VIEW report_dnssec AS
SELECT dnssec AS status, count(*) AS names,
  sum(CASE outcome WHEN 'permit' THEN 1 ELSE 0 END) AS permit,
  sum(CASE outcome WHEN 'deny' THEN 1 ELSE 0 END) AS deny,
  sum(CASE outcome WHEN 'servfail' THEN 1 ELSE 0 END) AS servfail,
  sum(CASE outcome WHEN 'timeout' THEN 1 ELSE 0 END) AS timeout,
  sum(CASE outcome WHEN 'lame' THEN 1 ELSE 0 END) AS lame,
  sum(CASE outcome WHEN 'error' THEN 1 ELSE 0 END) AS error,
  count(CASE nxdomain WHEN 0 THEN 1 END) AS existing
FROM scan GROUP BY dnssec;

CREATE VIEW report_dnssec_causes AS
SELECT code, names, existing, failed FROM report_findings WHERE substr(code, 1, 7) = 'dnssec_';

-- CAA beside something else: of names that were answered.
CREATE VIEW report_caa_dnssec AS
SELECT dnssec AS status, count(*) AS answered, sum(has_caa) AS with_caa,
  count(CASE nxdomain WHEN 0 THEN 1 END) AS existing, sum(CASE nxdomain WHEN 0 THEN has_caa ELSE 0 END) AS with_caa_existing
FROM scan WHERE outcome IN ('permit', 'deny') GROUP BY dnssec;

CREATE VIEW report_caa_tlds AS
SELECT tld, count(*) AS answered, sum(has_caa) AS with_caa,
  count(CASE nxdomain WHEN 0 THEN 1 END) AS existing, sum(CASE nxdomain WHEN 0 THEN has_caa ELSE 0 END) AS with_caa_existing
FROM scan WHERE outcome IN ('permit', 'deny') GROUP BY tld;

CREATE VIEW report_caa_operators AS
SELECT operator, count(*) AS answered, sum(has_caa) AS with_caa,
  count(CASE nxdomain WHEN 0 THEN 1 END) AS existing, sum(CASE nxdomain WHEN 0 THEN has_caa ELSE 0 END) AS with_caa_existing
FROM scan WHERE outcome IN ('permit', 'deny') AND operator <> '' GROUP BY operator;

CREATE VIEW report_caa_ranks AS
SELECT bucket AS rank, count(*) AS answered, sum(has_caa) AS with_caa,
  count(CASE nxdomain WHEN 0 THEN 1 END) AS existing, sum(CASE nxdomain WHEN 0 THEN has_caa ELSE 0 END) AS with_caa_existing
FROM (
  SELECT has_caa, nxdomain, CASE WHEN place <= 100 THEN '1 to 100' WHEN place <= 1000 THEN '101 to 1000'
    WHEN place <= 10000 THEN '1001 to 10000' WHEN place <= 100000 THEN '10001 to 100000'
    WHEN place <= 1000000 THEN '100001 to 1000000' WHEN place <= 10000000 THEN '1000001 to 10000000'
    WHEN place <= 100000000 THEN '10000001 to 100000000' WHEN place <= 1000000000 THEN '100000001 to 1000000000'
    ELSE '1000000001 to 10000000000' END AS bucket
  FROM scan WHERE place IS NOT NULL AND outcome IN ('permit', 'deny')
) AS ranked GROUP BY bucket;

-- By INFO-CODE (RFC 8914): told by a server or resolver, or meant by a finding.
CREATE VIEW report_ede AS
SELECT ede.code AS code, count(DISTINCT ede.id) AS names,
  count(DISTINCT CASE ede.told WHEN 1 THEN ede.id END) AS reported,
  count(DISTINCT CASE ede.told WHEN 0 THEN ede.id END) AS found,
  count(DISTINCT CASE scan.nxdomain WHEN 0 THEN ede.id END) AS existing
FROM ede JOIN scan ON scan.id = ede.id GROUP BY ede.code;

CREATE VIEW report_ede_reasons AS
SELECT ede.code AS code, scan.reason AS reason, count(DISTINCT ede.id) AS names
FROM ede JOIN scan ON scan.id = ede.id GROUP BY ede.code, scan.reason;

CREATE VIEW report_lapsed_servers AS
SELECT finding.host AS host, count(DISTINCT finding.id) AS names,
  count(DISTINCT CASE WHEN scan.outcome IN ('servfail', 'timeout', 'lame') THEN finding.id END) AS failed,
  count(DISTINCT CASE scan.nxdomain WHEN 0 THEN finding.id END) AS existing
FROM finding JOIN scan ON scan.id = finding.id WHERE finding.code = 'server_domain_unregistered' GROUP BY finding.host;

CREATE VIEW report_missing_servers AS
SELECT finding.host AS host, count(DISTINCT finding.id) AS names,
  count(DISTINCT CASE WHEN scan.outcome IN ('servfail', 'timeout', 'lame') THEN finding.id END) AS failed,
  count(DISTINCT CASE scan.nxdomain WHEN 0 THEN finding.id END) AS existing
FROM finding JOIN scan ON scan.id = finding.id WHERE finding.code = 'server_nxdomain' GROUP BY finding.host;

-- The records that count for what the certificate is for (RFC 8659, RFC 9495).
CREATE VIEW issuing AS
SELECT caa.id AS id, caa.tag AS tag, caa.issuer AS issuer, caa.sound AS sound, caa.accounturi AS accounturi,
  caa.validationmethods AS validationmethods, caa.nobody AS nobody, scan.purpose AS purpose, scan.name AS name,
  scan.nxdomain AS nxdomain
FROM caa JOIN scan ON scan.id = caa.id
WHERE (scan.purpose = 'tls' AND caa.tag IN ('issue', 'issuewild')) OR (scan.purpose = 'smime' AND caa.tag = 'issuemail')
  OR (scan.purpose = 'mark' AND caa.tag = 'issuevmc');

CREATE VIEW report_caa_use AS
SELECT found.feature AS feature, count(DISTINCT found.id) AS names,
  count(DISTINCT CASE scan.nxdomain WHEN 0 THEN found.id END) AS existing FROM (
  SELECT id, 'caa' AS feature FROM scan WHERE has_caa = 1
  UNION ALL SELECT id, tag FROM caa WHERE tag IN ('issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc')
  UNION ALL SELECT id, 'iodef_mailto' FROM caa WHERE tag = 'iodef' AND lower(value) LIKE 'mailto:%'
  UNION ALL SELECT id, 'iodef_http' FROM caa
    WHERE tag = 'iodef' AND (lower(value) LIKE 'http:%' OR lower(value) LIKE 'https:%')
  UNION ALL SELECT id, 'iodef_other' FROM caa
    WHERE tag = 'iodef' AND lower(value) NOT LIKE 'mailto:%' AND lower(value) NOT LIKE 'http:%'
      AND lower(value) NOT LIKE 'https:%'
  UNION ALL SELECT id, 'contact' FROM caa WHERE tag IN ('contactemail', 'contactphone')
  UNION ALL SELECT id, 'unknown_tag' FROM caa WHERE known = 0
  UNION ALL SELECT id, 'critical' FROM caa WHERE flags >= 128
  UNION ALL SELECT id, 'flag_one' FROM caa WHERE flags % 2 = 1
  UNION ALL SELECT id, 'unknown_critical' FROM caa WHERE known = 0 AND (flags >= 128 OR flags % 2 = 1)
  UNION ALL SELECT id, 'nobody' FROM issuing WHERE sound = 1 AND issuer = ''
  UNION ALL SELECT id, 'malformed' FROM issuing WHERE sound = 0
  UNION ALL SELECT id, 'accounturi' FROM issuing WHERE accounturi = 1
  UNION ALL SELECT id, 'validationmethods' FROM issuing WHERE validationmethods = 1
) AS found JOIN scan ON scan.id = found.id GROUP BY found.feature;

-- The depth is a number here: labels above the name, 0 for the name itself, and -1 behind an alias.
CREATE VIEW report_caa_depth AS
SELECT depth, count(*) AS names, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing FROM (
  SELECT nxdomain, CASE
    WHEN plain = owner THEN 0
    WHEN length(plain) > length(owner) AND substr(plain, length(plain) - length(owner)) = '.' || owner
      THEN length(substr(plain, 1, length(plain) - length(owner)))
        - length(replace(substr(plain, 1, length(plain) - length(owner)), '.', ''))
    ELSE -1 END AS depth
  FROM (SELECT CASE WHEN substr(name, 1, 2) = '*.' THEN substr(name, 3) ELSE name END AS plain, caa_owner AS owner, nxdomain
        FROM scan WHERE has_caa = 1) AS named
) AS placed GROUP BY depth;

CREATE VIEW report_issuers AS
SELECT issuer, count(DISTINCT id) AS names,
  count(DISTINCT CASE WHEN tag = 'issue' THEN id END) AS issue,
  count(DISTINCT CASE WHEN tag = 'issuewild' THEN id END) AS issuewild,
  count(DISTINCT CASE WHEN tag = 'issuemail' THEN id END) AS issuemail,
  count(DISTINCT CASE WHEN tag = 'issuevmc' THEN id END) AS issuevmc,
  count(DISTINCT CASE nxdomain WHEN 0 THEN id END) AS existing
FROM issuing WHERE issuer <> '' GROUP BY issuer;

CREATE VIEW report_issuer_sets AS
SELECT issuers, count(*) AS names, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing FROM issuer_set GROUP BY issuers;

CREATE VIEW report_operator_issuers AS
SELECT scan.operator AS operator, issuing.issuer AS issuer, count(DISTINCT issuing.id) AS names,
  count(DISTINCT CASE scan.nxdomain WHEN 0 THEN issuing.id END) AS existing
FROM issuing JOIN scan ON scan.id = issuing.id WHERE scan.operator <> '' AND issuing.issuer <> ''
GROUP BY scan.operator, issuing.issuer;

CREATE VIEW report_parameters AS
SELECT issuer, count(*) AS names, sum(account) AS accounturi, sum(method) AS validationmethods,
  sum(unmatched) AS nobody, count(CASE missing WHEN 0 THEN 1 END) AS existing FROM (
  SELECT issuing.id AS id, issuing.issuer AS issuer, max(issuing.nxdomain) AS missing, min(issuing.accounturi) AS account,
    min(issuing.validationmethods) AS method, min(issuing.nobody) AS unmatched,
    min(CASE WHEN issuing.accounturi = 1 OR issuing.validationmethods = 1 THEN 1 ELSE 0 END) AS either
  FROM issuing JOIN (
    SELECT id, max(CASE WHEN tag = 'issuewild' THEN 1 ELSE 0 END) AS has_issuewild,
      max(CASE WHEN known = 0 AND (flags >= 128 OR flags % 2 = 1) THEN 1 ELSE 0 END) AS barred
    FROM caa GROUP BY id
  ) AS whole ON whole.id = issuing.id
  WHERE issuing.sound = 1 AND issuing.issuer <> '' AND whole.barred = 0 AND (issuing.purpose <> 'tls' OR issuing.tag =
    CASE WHEN substr(issuing.name, 1, 2) = '*.' AND whole.has_issuewild = 1 THEN 'issuewild' ELSE 'issue' END)
  GROUP BY issuing.id, issuing.issuer
) AS bound WHERE either = 1 GROUP BY issuer;

CREATE VIEW report_tags AS
SELECT tag, count(*) AS records FROM caa GROUP BY tag;

CREATE VIEW report_persist AS
SELECT persist AS result, count(*) AS names, count(CASE nxdomain WHEN 0 THEN 1 END) AS existing FROM scan WHERE persist <> '' GROUP BY persist;

CREATE VIEW report_decisions AS
SELECT decision.ca AS ca, sum(CASE decision.decision WHEN 'permit' THEN 1 ELSE 0 END) AS permit,
  sum(CASE decision.decision WHEN 'deny' THEN 1 ELSE 0 END) AS deny,
  count(CASE WHEN decision.decision = 'permit' AND scan.nxdomain = 0 THEN 1 END) AS existing
FROM decision JOIN scan ON scan.id = decision.id GROUP BY decision.ca;

CREATE VIEW report_orders AS
SELECT "order", names, name, reason FROM (
  SELECT "order", name, reason, count(*) OVER (PARTITION BY "order") AS names,
    row_number() OVER (PARTITION BY "order" ORDER BY name) AS place
  FROM scan WHERE would_issue = 0 AND "order" <> ''
) AS failing WHERE place = 1;

CREATE VIEW effort_values AS
SELECT 'elapsed_ms' AS measure, elapsed_ms AS amount FROM scan WHERE outcome <> 'error'
UNION ALL SELECT 'queries', queries FROM scan WHERE outcome <> 'error'
UNION ALL SELECT 'retries', retries FROM scan WHERE outcome <> 'error'
UNION ALL SELECT 'caa_set_size', 1.0 * count(*) FROM caa GROUP BY id
UNION ALL SELECT 'caa_ttl_s', caa_ttl FROM scan WHERE has_caa = 1;

CREATE VIEW report_effort AS
SELECT measure, avg(amount) AS mean, min(amount) AS min,
  min(CASE WHEN place >= 0.5 * total THEN amount END) AS p50,
  min(CASE WHEN place >= 0.9 * total THEN amount END) AS p90,
  min(CASE WHEN place >= 0.95 * total THEN amount END) AS p95,
  min(CASE WHEN place >= 0.99 * total THEN amount END) AS p99,
  min(CASE WHEN place >= 0.999 * total THEN amount END) AS p999,
  max(amount) AS max
FROM (SELECT measure, amount, row_number() OVER (PARTITION BY measure ORDER BY amount) AS place,
        count(*) OVER (PARTITION BY measure) AS total
      FROM effort_values) AS ranked
GROUP BY measure;
