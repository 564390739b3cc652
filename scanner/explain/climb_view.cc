// Tested by climb_view_test.cc.
#include "scanner/explain/climb_view.h"

#include <simdjson.h>

namespace caascan::explain {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

std::string Text(element object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

ClimbStepView ReadStep(element object) {
  ClimbStepView step;
  step.name = Text(object, "name");
  step.result = Text(object, "result");
  step.zone = Text(object, "zone");
  step.dnssec = Text(object, "dnssec");
  step.host = Text(object, "host");
  step.address = Text(object, "address");
  step.transport = Text(object, "transport");
  double rtt_ms = 0;
  if (object["rtt_ms"].get(rtt_ms) == simdjson::SUCCESS) step.rtt_ms = rtt_ms;
  array targets;
  if (object["cname"].get(targets) != simdjson::SUCCESS) return step;
  for (const element target : targets) {
    std::string_view text;
    if (target.get(text) == simdjson::SUCCESS) step.cname.emplace_back(text);
  }
  return step;
}

}  // namespace

ClimbView ReadClimb(std::string_view record) {
  ClimbView view;
  simdjson::dom::parser parser;
  element root;
  array list;
  if (parser.parse(record.data(), record.size()).get(root) != simdjson::SUCCESS) return view;
  if (root["climb"].get(list) == simdjson::SUCCESS) {
    for (const element step : list) view.climb.push_back(ReadStep(step));
  }
  if (root["chain"].get(list) == simdjson::SUCCESS) {
    for (const element link : list) {
      view.chain.push_back({Text(link, "zone"), Text(link, "dnssec"), Text(link, "detail")});
    }
  }
  return view;
}

}  // namespace caascan::explain
