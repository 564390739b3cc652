// A dossier is first laid out as a list of blocks, which both formats render. Tested by
// dossier_format_test.cc.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "caascan/finding_kind.h"
#include "scanner/explain/dossier.h"
#include "scanner/publish/html_page.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::explain {
namespace {

constexpr size_t kDigSamples = 2;

enum class BlockKind : uint8_t { kTitle, kHeading, kParagraph, kTable, kCommands };

struct Block {
  BlockKind kind = BlockKind::kParagraph;
  std::string text;  // Of kCommands a line each.
  std::vector<std::vector<std::string>> rows;
};

/// Letters that mean nothing to a shell, and make up names and addresses.
bool IsHarmless(const std::string& word) {
  return !word.empty() && word.front() != '-' && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
}

/// "@192.0.2.1", with " -p 5300" behind it where the record's address has a port.
std::string AtServer(std::string address) {
  std::string port;
  const size_t colon = address.rfind(':');
  if (address.starts_with('[') && colon != std::string::npos && address[colon - 1] == ']') {
    port = address.substr(colon + 1);
    address = address.substr(1, colon - 2);
  } else if (colon != std::string::npos && address.find('.') != std::string::npos &&
             address.find(':') == colon) {
    port = address.substr(colon + 1);
    address.resize(colon);
  }
  if (!IsHarmless(address) || (!port.empty() && !IsHarmless(port))) return "";
  return " @" + address + (port.empty() ? "" : " -p " + port);
}

void AddSamples(const DossierFault& fault, std::vector<Block>* blocks) {
  Block table = {BlockKind::kTable, "", {{"name", "server", "address", "evidence"}}};
  Block commands = {BlockKind::kCommands, "", {}};
  for (size_t i = 0; i < fault.samples.size(); ++i) {
    const DossierSample& sample = fault.samples[i];
    table.rows.push_back({report::PrintableText(sample.name), report::PrintableText(sample.host),
                          report::PrintableText(sample.address),
                          report::PrintableText(sample.evidence)});
    if (i >= kDigSamples) continue;
    for (const std::string& line : DigLines(fault.dig, sample)) {
      if (commands.text.find(line + '\n') == std::string::npos) commands.text += line + '\n';
    }
  }
  if (!fault.samples.empty()) blocks->push_back(std::move(table));
  if (commands.text.empty()) return;
  blocks->push_back({BlockKind::kParagraph, "To see it:", {}});
  blocks->push_back(std::move(commands));
}

std::string Names(uint64_t count) {
  return report::GroupedNumber(count) + (count == 1 ? " name" : " names");
}

void AddFinding(const std::string& code, const DossierFault& fault, std::vector<Block>* blocks) {
  const FindingKind* const kind = FindFindingKind(code);
  std::string heading = report::PrintableText(code) + ": " + Names(fault.names);
  blocks->push_back({BlockKind::kHeading, std::move(heading), {}});
  if (kind != nullptr) {
    std::string text = "What is wrong: ";
    text.append(kind->meaning).append(" (").append(kind->rfc).append("). ");
    text.append(kind->evidence);
    blocks->push_back({BlockKind::kParagraph, std::move(text), {}});
    std::string remedy = "What helps (";
    remedy.append(ActorText(kind->actor)).append("): ").append(kind->remedy);
    blocks->push_back({BlockKind::kParagraph, std::move(remedy), {}});
  }
  AddSamples(fault, blocks);
}

/// The gravest first, then those of most names.
std::vector<const std::pair<const std::string, DossierFault>*> Ordered(
    const std::map<std::string, DossierFault>& faults) {
  std::vector<const std::pair<const std::string, DossierFault>*> ordered;
  ordered.reserve(faults.size());
  for (const auto& fault : faults) ordered.push_back(&fault);
  const auto rank = [](const auto* fault) {
    const FindingKind* const kind = FindFindingKind(fault->first);
    return kind == nullptr ? 0 : static_cast<int>(kind->severity);
  };
  std::stable_sort(ordered.begin(), ordered.end(), [&rank](const auto* a, const auto* b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a->second.names > b->second.names;
  });
  return ordered;
}

std::vector<Block> MakeBlocks(const Dossier& dossier) {
  std::vector<Block> blocks;
  const std::string name = report::PrintableText(dossier.operator_name());
  blocks.push_back({BlockKind::kTitle, "CAA look-ups at the name servers of " + name, {}});
  const auto time = [](int64_t ms) { return report::CellText(ms, report::ColumnKind::kTime); };
  const uint64_t failed = dossier.outcomes().failed();
  blocks.push_back({BlockKind::kParagraph,
                    "From " + time(dossier.span().first_ms) + " to " +
                        time(dossier.span().last_ms) + " UTC the CAA records (RFC 8659) of " +
                        Names(dossier.outcomes().names) + " were looked up at these servers. For " +
                        report::GroupedNumber(failed) +
                        " of them the look-up failed. Certification authorities must look up CAA "
                        "records before they issue a certificate, and most refuse if that fails.",
                    {}});
  for (const auto* finding : Ordered(dossier.findings())) {
    AddFinding(finding->first, finding->second, &blocks);
  }
  for (const auto* failure : Ordered(dossier.failures())) {
    blocks.push_back(
        {BlockKind::kHeading,
         "Look-ups that failed, " + failure->first + ": " + Names(failure->second.names),
         {}});
    AddSamples(failure->second, &blocks);
  }
  return blocks;
}

/// What stands before and behind a block's text.
struct Frame {
  std::string_view before;
  std::string_view after;
};
using Frames = std::array<Frame, 5>;  // In the order of the kinds; a table has no text.

constexpr Frames kMarkdownFrames = {
    {{"# ", "\n\n"}, {"## ", "\n\n"}, {"", "\n\n"}, {}, {"```sh\n", "```\n\n"}}};
constexpr Frames kHtmlFrames = {
    {{"<h1>", "</h1>\n"}, {"<h2>", "</h2>\n"}, {"<p>", "</p>\n"}, {}, {"<pre>", "</pre>\n"}}};

void AppendFramed(const Frames& frames, BlockKind kind, std::string_view text, std::string* out) {
  const Frame& frame = frames[static_cast<size_t>(kind)];
  out->append(frame.before).append(text).append(frame.after);
}

void AppendMarkdown(const Block& block, std::string* out) {
  if (block.kind != BlockKind::kTable) {
    const bool as_it_is = block.kind == BlockKind::kCommands;
    return AppendFramed(kMarkdownFrames, block.kind,
                        as_it_is ? block.text : report::MarkdownText(block.text), out);
  }
  for (size_t row = 0; row < block.rows.size(); ++row) {
    for (const std::string& cell : block.rows[row]) *out += "| " + report::MarkdownText(cell) + ' ';
    *out += "|\n";
    if (row == 0) *out += "| --- | --- | --- | --- |\n";
  }
  *out += '\n';
}

void AppendHtml(const Block& block, std::string* out) {
  if (block.kind != BlockKind::kTable) {
    return AppendFramed(kHtmlFrames, block.kind, publish::HtmlText(block.text), out);
  }
  *out += "<div class=\"scroll\"><table>\n";
  for (size_t row = 0; row < block.rows.size(); ++row) {
    *out += "<tr>";
    for (const std::string& cell : block.rows[row]) {
      *out += row == 0 ? "<th>" + publish::HtmlText(cell) + "</th>"
                       : "<td>" + publish::HtmlText(cell) + "</td>";
    }
    *out += "</tr>\n";
  }
  *out += "</table></div>\n";
}

}  // namespace

std::string DigLine(std::string_view type, const std::string& name, const std::string& address,
                    bool of_resolver) {
  const std::string server = AtServer(address);
  if (server.empty() || !IsHarmless(name)) return "";
  return (of_resolver ? "dig " : "dig +norec ") + std::string(type) + " " + name + server;
}

std::vector<std::string> DigLines(Dig dig, const DossierSample& sample) {
  std::string name = sample.name;
  if (name.starts_with("*.")) name.erase(0, 2);  // RFC 8659 section 3.
  if (!IsHarmless(name)) return {};
  const auto ask_for = [&](const std::string& of, std::initializer_list<const char*> questions) {
    std::vector<std::string> lines;
    for (const char* question : questions) {
      std::string line = DigLine(question, of, sample.address, sample.host.empty());
      if (!line.empty()) lines.push_back(std::move(line));
    }
    return lines;
  };
  const auto ask = [&](std::initializer_list<const char*> questions) {
    return ask_for(name, questions);
  };
  switch (dig) {
    case Dig::kCaa:
    case Dig::kCaaOfAllServers:
      return ask({"CAA"});
    case Dig::kCaaAndSoa:
      return ask({"CAA", "SOA"});
    case Dig::kCaaAndA:
      return ask({"CAA", "A", "TXT"});
    case Dig::kKeys:
      return ask_for(sample.zone, {"+dnssec DNSKEY", "SOA"});
    case Dig::kCaaOverTcp:
      return ask({"+tcp CAA"});
    case Dig::kCaaWithoutEdns:
      return ask({"CAA", "+noedns CAA"});
    case Dig::kUnknownType:
      return ask({"TYPE65280", "SOA"});
    case Dig::kValidation:
      return {"dig +dnssec CAA " + name, "dig +dnssec +cd CAA " + name};
    case Dig::kHostAddresses:
      if (!IsHarmless(sample.host)) return {};
      return {"dig A " + sample.host, "dig AAAA " + sample.host};
    case Dig::kNsSearch:
    case Dig::kNsOfAllServers:
      if (!IsHarmless(sample.zone)) return {};
      return {"dig +nssearch " + sample.zone};
  }
  return {};
}

std::string MarkdownDossier(const Dossier& dossier) {
  std::string out;
  for (const Block& block : MakeBlocks(dossier)) AppendMarkdown(block, &out);
  out.pop_back();  // A blank line at the end.
  return out;
}

std::string HtmlDossier(const Dossier& dossier) {
  std::string body;
  const std::vector<Block> blocks = MakeBlocks(dossier);
  for (const Block& block : blocks) AppendHtml(block, &body);
  return publish::HtmlPage(blocks.front().text, body);
}

}  // namespace caascan::explain
