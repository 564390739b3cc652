# Every table of `caascan report --format json`, counted by jq from the records' lines: {"table": [row, ...], ...}. Run as
# jq -nR. What the program knows by heart (meanings, remedies, known issuers) is not here, nor are operators that it tells
# by a server's name: jq has no Public Suffix List. Rows come in any order.

def is_record: (type == "object") and ([.name, .outcome, .reason, .dnssec, .time | type == "string"] | all)
  and (.may_issue | type == "boolean");

# Records of earlier versions have no would_issue.
def would_issue: if has("would_issue") then .would_issue else .outcome == "permit" end;

# The 95 % interval of Wilson.
def share($hits; $trials):
  if $trials == 0 then {share: null, share_low: null, share_high: null} else
    1.959963984540054 as $z | ($hits / $trials) as $p | (1 / (1 + $z * $z / $trials)) as $scale
    | ($scale * ($p + $z * $z / (2 * $trials))) as $middle
    | ($scale * $z * ($p * (1 - $p) / $trials + $z * $z / (4 * $trials * $trials) | sqrt)) as $half
    | {share: $p, share_low: ([0, $middle - $half] | max), share_high: ([1, $middle + $half] | min)}
  end;
def share_existing($hits; $trials): share($hits; $trials)
  | {existing: $hits, share_existing: .share, share_existing_low: .share_low, share_existing_high: .share_high};
def is_failure: IN("servfail", "timeout", "lame");
def having(condition): map(select(condition)) | length;
def existing: map(select(.nxdomain | not));
def failed: having(.outcome | is_failure);
# Of records: their share of $all, and that of those that exist.
def shares($all): share(length; $all | length) + share_existing(existing | length; $all | existing | length);
# The share of records that meet a condition, and how many records exist with the share of these.
def rates(condition): share(having(condition); length)
  + (existing | share_existing(having(condition); length) + {existing: length});
def adoption: map(select(.outcome == "permit" or .outcome == "deny"))
  | {answered: length, with_caa: having(.caa), with_caa_existing: (existing | having(.caa))} + rates(.caa);
def outcomes: . as $records | ["permit", "deny", "servfail", "timeout", "lame", "error"]
  | map(. as $code | {($code): ($records | having(.outcome == $code))}) | add;
def groups(key): map({key: key, of: .}) | group_by(.key) | map({key: .[0].key, of: map(.of)});
# "a 3, b 1": the largest first, equals by key.
def counts: groups(.) | sort_by(-(.of | length), .key) | map("\(.key) \(.of | length)") | join(", ");
def seen: map(.time) | {first_seen: min, last_seen: max};

def ldh: "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";
def domain: ldh + "([.]" + ldh + ")*";
def blank: "[ \t]*";
# RFC 8659 section 4.2; a backslash stands twice in records.
def parameter: blank + ldh + blank + "=" + blank + "([!-:<-\\[^-~]|\\]|\\\\\\\\)*" + blank;
def is_sound: test("^" + blank + "(" + domain + ")?" + blank + "(;" + blank + "|(;" + parameter + ")+)?$");
def issuer: (split(";")[0] // "") | sub("^[ \t]+"; "") | sub("[ \t]+$"; "")
  | if test("^" + domain + "$") then ascii_downcase else "" end;
def has_parameter($tag): ascii_downcase | test(";" + blank + $tag + blank + "=");
def purpose: .for // "tls";
# The tags that count for a purpose, and the one that decides (RFC 8659 section 4.3, RFC 9495 section 4).
def issuer_tags: {tls: ["issue", "issuewild"], smime: ["issuemail"], mark: ["issuevmc"]}[purpose];
def relevant_tag($properties): if purpose != "tls" then issuer_tags[0]
  elif (.name | startswith("*.")) and any($properties[]; .tag == "issuewild") then "issuewild" else "issue" end;
def is_known: .tag | IN("issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone");
def properties: (.caa.records // []) | map({flags, tag: (.tag | ascii_downcase), value, issuer: (.value | issuer)});
# RFC 8657: the values of a parameter; what one may hold; and whether there is one that matches nothing.
def values_of($tag): [splits(";")][1:]
  | map(capture("^" + blank + "(?<tag>[^=]*?)" + blank + "=" + blank + "(?<value>.*?)" + blank + "$"))
  | map(select(.tag | ascii_downcase == $tag) | .value);
def is_uri: test("^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$")
  and ([scan("#")] | length <= 1);
def is_methods: test("^[A-Za-z0-9-]+(,[A-Za-z0-9-]+)*$");
def matches_nothing: (values_of("accounturi") | length > 1 or any(.[]; is_uri | not))
  or (values_of("validationmethods") | length > 1 or any(.[]; is_methods | not));
# By issuer: does the name's verdict turn when parameters are enforced, and by which?
def turning: properties as $properties | relevant_tag($properties) as $tag
  | if any($properties[]; (is_known | not) and (.flags >= 128 or .flags % 2 == 1)) then empty else
      $properties | map(select(.tag == $tag and .issuer != "" and (.value | is_sound))) | groups(.issuer)[]
      | {issuer: .key, account: all(.of[]; .value | has_parameter("accounturi")),
         method: all(.of[]; .value | has_parameter("validationmethods")),
         either: all(.of[]; .value | has_parameter("accounturi") or has_parameter("validationmethods")),
         nobody: all(.of[]; .value | matches_nothing)}
      | select(.either)
    end;
def features: issuer_tags as $issuer_tags | properties | map(
  (.value | ascii_downcase) as $value | (.flags % 2 == 1) as $one | (.flags >= 128) as $critical |
  if .tag | IN("issue", "issuewild", "iodef", "issuemail", "issuevmc") then .tag else empty end,
  if .tag != "iodef" then empty elif $value | startswith("mailto:") then "iodef_mailto"
    elif $value | startswith("http:") or startswith("https:") then "iodef_http" else "iodef_other" end,
  if .tag == "contactemail" or .tag == "contactphone" then "contact" else empty end,
  if is_known then empty else "unknown_tag", if $one or $critical then "unknown_critical" else empty end end,
  if $critical then "critical" else empty end,
  if $one then "flag_one" else empty end,
  if .tag | IN($issuer_tags[]) | not then empty else
    (if .value | is_sound | not then "malformed" elif .issuer == "" then "nobody" else empty end),
    (if .value | has_parameter("accounturi") then "accounturi" else empty end),
    (if .value | has_parameter("validationmethods") then "validationmethods" else empty end)
  end) | unique;

def depth: (.name | ltrimstr("*.")) as $name | .caa.owner as $owner
  | if $name == $owner then "the name itself"
    elif $name | endswith("." + $owner) then
      ($name | rtrimstr("." + $owner) | split(".") | length) | if . == 1 then "1 label above" else "\(.) labels above" end
    else "behind an alias" end;

# What is held against servers: a row for each result that is a fault, and for each finding.
def faults: map(. as $record
  | ((.servers // [] | map(select(.result | IN("answer", "referral", "blocked") | not) | . + {fault: .result}))
     + (.findings // [] | map(select(.address or .host) | . + {fault: .code})))
  | map({address: (.address // ""), host: (.host // ""), fault, record: $record}) | .[]);

# Which servers a record names, each once.
def named: map(. as $record
  | ((.servers // [] | map(select(.result != "blocked"))) + (.findings // [] | map(select(.address or .host))))
  | map([.address // "", .host // ""]) | unique[]);

# The issuers of a record's properties that count, each once.
def issuer_set: issuer_tags as $tags | [properties[] | select((.tag | IN($tags[])) and .issuer != "") | .issuer] | unique;
# Records by the finding of that code on a server, each once a server.
def lost($code): map(. as $record | [.findings[]? | select(.code == $code) | .host // ""] | unique
    | map({host: ., record: $record})[]) | groups(.host)
  | map({host: .key, of: (.of | map(.record))} | .of as $of
        | {host, names: ($of | length), failed: ($of | failed)} + ($of | rates(.outcome | is_failure)));
def bucket: if . <= 100 then "1 to 100" else
    (. - 1 | tostring | length) as $digits | "1" + ("0" * ($digits - 2) // "") + "1 to 1" + "0" * $digits end;
def ede_codes: (.servers // [] | map(.ede[]?) | unique | map({code: ., kind: "reported"})[]),
  (.findings // [] | map(.ede | values) | unique | map({code: ., kind: "found"})[]);

def percentile($p): ($p * length | ceil) as $rank | .[[$rank, 1] | max - 1];
def effort($measure): sort | select(length > 0)
  | {measure: $measure, mean: (add / length), min: min, p50: percentile(0.5), p90: percentile(0.9), p95: percentile(0.95),
     p99: percentile(0.99), p999: percentile(0.999), max: max};

def facts: [["may_issue", having(.may_issue)], ["failed", failed], ["would_issue", having(.may_issue and would_issue)],
  ["with_caa", having(.caa)], ["rechecked", having(.attempts > 1)]];

def tables: . as $all | length as $total | existing as $existing | ($existing | length) as $alive | map(select(.caa)) as $with_caa | map(select(.outcome != "error")) as $looked_up
  | map(select(.outcome == "permit" or .outcome == "deny")) as $answered
  | [map(select(.operator)) | groups(.operator)[] | .key as $operator | .of | {operator: $operator, basis: "record",
       names: length, failures: (map(select(.outcome | is_failure).reason) | counts),
       findings: (map(.findings // [] | map(.code) | unique[]) | counts)} + outcomes + seen + rates(.outcome | is_failure)
    ] as $operators
  | (reduce named[] as $server ({}; .[$server | tojson] += 1)) as $asked
  | {
    summary: ([[facts, ($existing | facts)] | transpose | .[]
               | {fact: .[0][0], count: .[0][1]} + share(.[0][1]; $total) + share_existing(.[1][1]; $alive)]
              + [{fact: "records", count: $total} + share(0; 0) + share_existing($alive; 0),
                 {fact: "nxdomain", count: ($total - $alive)} + share($total - $alive; $total) + share_existing(0; 0)]),
    span: [{event: "first_record", time: (map(.time) | min)}, {event: "last_record", time: (map(.time) | max)}],
    outcomes: (($existing | outcomes) as $of_existing | outcomes | to_entries
      | map({outcome: .key, names: .value} + share(.value; $total) + share_existing($of_existing[.key]; $alive))),
    reasons: groups([.reason, .outcome])
      | map({reason: .key[0], outcome: .key[1], names: (.of | length)} + share(.of | length; $total)
            + share_existing(.of | existing | length; $alive)),
    purposes: (if any(.[]; has("for")) then groups(purpose) else [] end
      | map({purpose: .key, names: (.of | length)} + (.of | outcomes))),
    findings: map(. as $record | .findings // [] | map({code, place: $record.place, nxdomain: $record.nxdomain, outcome: $record.outcome})[]) | groups(.code)
      | map((.of | unique_by(.place)) as $of
            | {code: .key, names: ($of | length), findings: (.of | length), failed: ($of | failed)} + ($of | shares($all))),
    operators: $operators,
    league: $operators | map(select(.names >= 10) | . + {failed: (.servfail + .timeout + .lame)} | select(.failed > 0)
      | {operator, failed, names, share, share_low, share_high, failures, existing, share_existing, share_existing_low,
         share_existing_high}),
    servers: [faults[]] | groups([.address, .host])
      | map({address: .key[0], host: .key[1], names: (.of | map(.record.place) | unique | length), asked: $asked[.key | tojson],
             operator: (if .key[1] == "" then .of | map(.record.operator) | min else null end), faults: (.of | map(.fault) | counts)}
            + (.of | map(.record) | seen)),
    tlds: groups(if .reason == "invalid_name" then "(no name)" else .name | split(".") | last end)
      | map({tld: .key, names: (.of | length), with_caa: (.of | having(.caa))} + (.of | outcomes)
            + (.of | rates(.outcome | is_failure))),
    dnssec: groups(.dnssec)
      | map({status: .key, names: (.of | length)} + (.of | outcomes) + (.of | shares($all))),
    dnssec_causes: map({nxdomain, outcome, code: (.findings // [] | map(.code) | unique[] | select(startswith("dnssec_")))}) | groups(.code)
      | map({code: .key, names: (.of | length), failed: (.of | failed)} + (.of | shares($all))),
    caa_use: ([{key: "caa", of: $with_caa}] + ($with_caa | map({nxdomain, feature: features[]}) | groups(.feature)))
      | map({feature: .key, names: (.of | length)} + (.of | shares($answered))),
    caa_dnssec: groups(.dnssec) | map({status: .key} + (.of | adoption)) | map(select(.answered > 0)),
    caa_tlds: groups(if .reason == "invalid_name" then "(no name)" else .name | split(".") | last end)
      | map({tld: .key} + (.of | adoption)) | map(select(.answered > 0)),
    caa_operators: map(select(.operator)) | groups(.operator) | map({operator: .key} + (.of | adoption))
      | map(select(.answered > 0)),
    caa_ranks: map(select(.rank)) | groups(.rank | bucket) | map({rank: .key} + (.of | adoption)) | map(select(.answered > 0)),
    operator_issuers: $with_caa | map(select(.operator)) | groups(.operator) | map(.key as $operator | .of as $all
      | $all | map({nxdomain, issuer: issuer_set[]}) | groups(.issuer)[]
      | {operator: $operator, issuer: .key, names: (.of | length)} + (.of | shares($all))),
    ede: map(. as $record | [ede_codes] | map(. + {record: $record})[]) | groups(.code)
      | map((.of | map(.record) | unique_by(.place)) as $of
          | {code: .key, names: ($of | length), reported: (.of | having(.kind == "reported")),
             found: (.of | having(.kind == "found")), reasons: ($of | map(.reason) | counts)} + ($of | shares($all))),
    lapsed_servers: lost("server_domain_unregistered"),
    missing_servers: lost("server_nxdomain"),
    caa_depth: $with_caa | groups(depth)
      | map({depth: .key, names: (.of | length)} + (.of | shares($with_caa))),
    issuers: $with_caa
      | map(.nxdomain as $nxdomain | issuer_tags as $tags
            | properties | map(select((.tag | IN($tags[])) and .issuer != "") | {tag, issuer}) | unique
            | groups(.issuer)[] | . + {nxdomain: $nxdomain})
      | groups(.key) | map({issuer: .key, names: (.of | length)} + (.of | shares($with_caa))
          + (.of as $of | ["issue", "issuewild", "issuemail", "issuevmc"]
             | map(. as $tag | {($tag): ([$of[].of[] | select(.tag == $tag)] | length)}) | add)),
    issuer_sets: $with_caa | groups(issuer_set)
      | map({issuers: (if .key == [] then "(none)" else .key | join(", ") end), names: (.of | length)} + (.of | shares($with_caa))),
    parameters: [$with_caa[] | {nxdomain} + turning] | groups(.issuer)
      | map({issuer: .key, names: (.of | length), accounturi: (.of | having(.account)),
             validationmethods: (.of | having(.method)), nobody: (.of | having(.nobody))}
            + (.of | shares($with_caa))),
    persist: (map(select(.persist)) as $records | $records | groups(.persist.result)
      | map({result: .key, names: (.of | length)} + (.of | shares($records)))),
    tags: map(properties[]) | groups(.tag) | map({tag: .key, records: (.of | length)}),
    decisions: map({nxdomain} + (.decisions // {} | to_entries[])) | groups(.key)
      | map({ca: .key, permit: (.of | having(.value == "permit")), deny: (.of | having(.value == "deny"))}
            + (.of | rates(.value == "permit") + {existing: (existing | having(.value == "permit"))})),
    orders: map(select(has("order") and (would_issue | not))) | groups(.order | tojson)
      | map((.of | min_by(.name)) as $first
            | {order: .key, names: (.of | length), name: $first.name, reason: $first.reason}),
    effort: [($looked_up | map(.elapsed_ms // 0) | effort("elapsed_ms")), ($looked_up | map(.queries // 0) | effort("queries")),
             ($looked_up | map(.retries // 0) | effort("retries")),
             ($with_caa | map(.caa.records | length) | effort("caa_set_size")), ($with_caa | map(.caa.ttl) | effort("caa_ttl_s"))]
  };

[foreach inputs as $text (0; . + 1; {input: input_filename, line: ., text: $text})
 | select(.text | test("[^ \t\r]")) | .read = (.text | try fromjson catch null)]
| map(select(.read | is_record | not) | {input, line}) as $broken
| map(select(.read | is_record))
| map(.read + {place: [.input, .line]}) | tables
| .summary += [{fact: "broken_lines", count: ($broken | length)} + share(0; 0) + share_existing(null; 0)]
| .broken = $broken
