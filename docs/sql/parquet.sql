-- Records to Parquet, with DuckDB. All types are stated: what the first lines do not show is not guessed. Members of later
-- versions are left out until they are named here. id and order may be any JSON.
COPY (
  SELECT * FROM read_json('out.ndjson', format = 'newline_delimited', columns = {
    name: 'VARCHAR', input: 'VARCHAR', "for": 'VARCHAR', outcome: 'VARCHAR', reason: 'VARCHAR', may_issue: 'BOOLEAN',
    would_issue: 'BOOLEAN', nxdomain: 'BOOLEAN', line: 'UBIGINT', detail: 'VARCHAR',
    caa: 'STRUCT(owner VARCHAR, ttl UINTEGER, records STRUCT(flags UTINYINT, tag VARCHAR, value VARCHAR)[])',
    cname: 'VARCHAR[]', dnssec: 'VARCHAR', failed_at: 'VARCHAR', zone: 'VARCHAR', operator: 'VARCHAR',
    servers: 'STRUCT(host VARCHAR, address VARCHAR, result VARCHAR, rtt_ms DOUBLE, detail VARCHAR, ede USMALLINT[])[]',
    findings: 'STRUCT(code VARCHAR, ede USMALLINT, host VARCHAR, address VARCHAR, zone VARCHAR, evidence VARCHAR)[]',
    persist: 'STRUCT(result VARCHAR, name VARCHAR, reason VARCHAR, dnssec VARCHAR, ttl UINTEGER, records STRUCT(value VARCHAR, result VARCHAR, detail VARCHAR, account_uri VARCHAR, persist_until UBIGINT)[])',
    decisions: 'MAP(VARCHAR, VARCHAR)', parameters: 'STRUCT(enforce VARCHAR, ignore VARCHAR)', valid_until: 'TIMESTAMP',
    queries: 'UINTEGER', retries: 'UINTEGER', attempts: 'UINTEGER', elapsed_ms: 'DOUBLE', time: 'TIMESTAMP', rank: 'UINTEGER',
    input_columns: 'MAP(VARCHAR, VARCHAR)', id: 'JSON', "order": 'JSON'
  })
) TO 'out.parquet' (FORMAT parquet, COMPRESSION zstd);
