# What caascan report --zones counts, counted again: zones in (jq -s), the tables out, rows in any order.

def tally: group_by(.key) | map(.[0].key + {zones: length});
def failing: [.servers // [] | .[] | select((.answers | not) and .fails)] | length;

def tld: .zone | if test("[.].") then split(".") | last else "." end;
def ns_class:
  (.parent_ns - .child_ns | length) as $lost | (.child_ns - .parent_ns | length) as $more
  | if $lost == 0 and $more == 0 then "same" elif $more == 0 then "subset" elif $lost == 0 then "superset"
    elif $lost < (.parent_ns | length) then "overlap" else "disjoint" end;
def without_ds: .dnssec == "insecure" and .signed and (has("ds") | not);
def both_sets: has("parent_ns") and has("child_ns");

def facts: {
  zones: true, secure: (.dnssec == "secure"), insecure: (.dnssec == "insecure"), bogus: (.dnssec == "bogus"),
  signed: .signed, with_ds: has("ds"), signed_without_ds: without_ds,
  nsec: (.denial.kind == "nsec"), nsec3: (.denial.kind == "nsec3"), opt_out: (.denial.opt_out == true),
  cds: (.cds == true), cdnskey: (.cdnskey == true), both_ns_sets: both_sets,
  ns_sets_differ: (both_sets and ns_class != "same"),
  some_servers_fail: (.servers_asked as $asked | $asked != null and failing > 0 and failing < $asked),
  all_servers_fail: (.servers_asked as $asked | $asked != null and $asked > 0 and failing == $asked),
  ipv6: ((.ipv6 // 0) > 0), one_network: ((.networks // [] | length) == 1), report_channel: has("report_channel")
};

. as $zones
| {
  summary: [($zones[0] | facts | keys[]) as $fact | {fact: $fact, zones: ([$zones[] | select(facts[$fact])] | length)}],
  ns_classes: [
    [$zones[] | select(both_sets) | {tld: tld, class: ns_class}] | group_by(.tld)[]
    | . as $rows | {tld: .[0].tld, zones: length}
      + ([("same", "subset", "superset", "overlap", "disjoint") as $class
          | {($class): ([$rows[] | select(.class == $class)] | length)}] | add)],
  failing_servers: [$zones[] | select((.servers_asked // 0) > 0)
    | {key: {asked: .servers_asked, failing: failing}}] | tally,
  failures: [
    [$zones[] | .zone as $zone | .servers // [] | .[] | .fails // [] | .[] | {kind: ., zone: $zone}] | group_by(.kind)[]
    | {kind: .[0].kind, zones: (unique_by(.zone) | length), servers: length}],
  keys: [
    [$zones[] | .zone as $zone | (.operator // "") as $operator | .dnskey // [] | .[]
     | {key: {operator: $operator, algorithm, bits, flags}, zone: $zone}] | group_by(.key)[]
    | .[0].key + {zones: (unique_by(.zone) | length), keys: length}],
  denial: [$zones[] | select(.denial)
    | {key: {operator: (.operator // ""), kind: .denial.kind, iterations: .denial.iterations, salt_length: .denial.salt_length,
             opt_out: (if .denial.kind == "nsec" then null elif .denial.opt_out then "yes" else "no" end)}}] | tally,
  without_ds: [[$zones[] | select(.signed) | {operator: (.operator // ""), missing: without_ds}] | group_by(.operator)[]
    | {operator: .[0].operator, zones: length, without_ds: ([.[] | select(.missing)] | length)}],
  signature_ends: [[$zones[] | select(.signature) | {day: .signature.ends[:10], expired: (.signature.ends < .time)}]
    | group_by(.day)[] | {day: .[0].day, zones: length, expired: ([.[] | select(.expired)] | length)}],
  systems: [
    [$zones[] | .zone as $zone | .servers // [] | unique_by(.address)[] | select(.asn)
     | {key: {asn, country}, zone: $zone}] | group_by(.key)[]
    | .[0].key + {zones: (unique_by(.zone) | length), addresses: length}]
}
