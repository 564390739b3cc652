#include "scanner/input/name_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"
#include "tests/zonefile/delegations_text.h"

namespace caascan::input {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<NameSource> MustOpen(NameSourceOptions options, const io::WakeFd* wake = nullptr) {
  auto source = NameSource::Open(std::move(options), wake);
  EXPECT_TRUE(source.ok()) << source.status();
  return source.ok() ? *std::move(source) : nullptr;
}

/// A job as one word: the name (`*.` for a wildcard), `<input` where there is one, `!text` where
/// invalid, `#id` where given.
std::string Show(const NameJob& job) {
  std::string shown = job.valid ? "" : "!" + job.details().invalid_name;
  if (job.valid) shown += (job.wildcard ? "*." : "") + job.name.view().ToText();
  if (job.valid && !job.details().input.empty()) shown += "<" + job.details().input;
  if (!job.details().id.text.empty()) shown += "#" + job.details().id.text;
  return shown;
}

std::vector<std::string> AllJobs(NameSource* source) {
  std::vector<std::string> shown;
  NameJob job;
  while (source->Next(&job, true) == NextJob::kJob) shown.push_back(Show(job));
  EXPECT_TRUE(source->status().ok()) << source->status();
  EXPECT_EQ(source->Next(&job, true), NextJob::kEnd);
  EXPECT_EQ(source->job_count(), shown.size());
  return shown;
}

std::vector<std::string> Jobs(std::string_view content, InputFormat format = InputFormat::kAuto,
                              bool wildcard = false) {
  const io::TempFile file(content);
  const auto source = MustOpen({.paths = {file.path()}, .format = format, .wildcard = wildcard});
  return AllJobs(source.get());
}

TEST(NameSourceTest, Lines) {
  EXPECT_THAT(Jobs("www.example.com\nBÜCHER.example\n*.shop.example.net\nnot a name\n"),
              ElementsAre("www.example.com", "xn--bcher-kva.example<BÜCHER.example",
                          "*.shop.example.net", "!not a name"));
}

TEST(NameSourceTest, NothingInNothingOut) {
  for (const char* content :
       {"", "\n", "\r\n\r\n", " \t \n", "# only\n  # comments", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(Jobs(content), IsEmpty());
    EXPECT_THAT(Jobs(content, InputFormat::kLines), IsEmpty());
  }
}

TEST(NameSourceTest, BlanksAndCommentsOfLines) {
  EXPECT_THAT(Jobs("# a list\n\n  a.example \t\r\n\t# b.example\n \r\nc.example"),
              ElementsAre("a.example", "c.example"));
  EXPECT_THAT(Jobs("a.example # inline\n"), ElementsAre("!a.example # inline"));
}

TEST(NameSourceTest, HostileLines) {
  EXPECT_THAT(Jobs(std::string("a\0b.example\nb.example\n", 22)),
              ElementsAre("!a\\000b.example", "b.example"));
  EXPECT_THAT(Jobs("b\xFC"
                   "cher.example\n"),
              ElementsAre("!b\\252cher.example"));
  EXPECT_THAT(Jobs(std::string("\xFF\xFE"
                               "a\0\n\0",
                               6)),
              ElementsAre("a"));
  EXPECT_THAT(Jobs("\xEF\xBB\xBF"
                   "a.example\n\xEF\xBB\xBF"
                   "b.example\n"),
              ElementsAre("a.example",
                          "b.example<\xEF\xBB\xBF"
                          "b.example"));
}

TEST(NameSourceTest, OverlongLines) {
  const std::string cut = "!" + std::string(255, 'x');
  std::string ten_megabytes;
  ten_megabytes.resize(10'000'000, 'x');
  EXPECT_THAT(Jobs("a.example\n" + ten_megabytes + "\nb.example\n"),
              ElementsAre("a.example", cut, "b.example"));
  EXPECT_THAT(Jobs(std::string(100'000, ' ') + "\n"), ElementsAre("!" + std::string(255, ' ')));
  EXPECT_THAT(Jobs("#" + ten_megabytes + "\nb.example\n"), ElementsAre("b.example"));
  const std::string overlong_json = R"({"name":"a.example","id":")" + ten_megabytes + "\"}\n";
  EXPECT_THAT(Jobs(overlong_json), ElementsAre("!" + overlong_json.substr(0, 255)));
}

TEST(NameSourceTest, WildcardOption) {
  EXPECT_THAT(Jobs("a.example\n*.b.example\n", InputFormat::kLines, true),
              ElementsAre("*.a.example<a.example", "*.b.example"));
  std::string longest;  // 254 octets: `*.` does not fit in front.
  for (int i = 0; i < 3; ++i) longest.append(63, 'a').push_back('.');
  longest += std::string(60, 'a');
  EXPECT_THAT(Jobs(longest, InputFormat::kLines, false), ElementsAre(longest));
  EXPECT_THAT(Jobs(longest, InputFormat::kLines, true), ElementsAre("!" + longest));
}

TEST(NameSourceTest, Ndjson) {
  EXPECT_THAT(Jobs("{\"name\":\"a.example\",\"id\":1}\r\n\n  {\"name\":\"B.example\"}\nc.example\n"
                   "# d.example\n{\"name\":\"e\""),
              ElementsAre("a.example#1", "b.example<B.example", "!c.example", "!# d.example",
                          "!{\"name\":\"e\""));
}

TEST(NameSourceTest, AutoDecidesByTheFirstThatCounts) {
  const std::string json = R"({"name":"a.example"})";
  EXPECT_THAT(Jobs("\n# list\n \t" + json + "\n"), ElementsAre("a.example"));
  EXPECT_THAT(Jobs("\xEF\xBB\xBF" + json + "\n"), ElementsAre("a.example"));
  EXPECT_THAT(Jobs("b.example\n" + json + "\n"), ElementsAre("b.example", "!" + json));
  EXPECT_THAT(Jobs(json, InputFormat::kLines), ElementsAre("!" + json));
  EXPECT_THAT(Jobs("b.example\n" + json, InputFormat::kNdjson),
              ElementsAre("!b.example", "a.example"));
}

TEST(NameSourceTest, Csv) {
  EXPECT_THAT(Jobs("rank,name\n1,a.example\n# no row\n\n2,\"B.example\"\n3,not a name\n"),
              ElementsAre("a.example", "b.example<B.example", "!not a name"));
  EXPECT_THAT(Jobs("com\nexample.org,7\n", InputFormat::kCsv), ElementsAre("com", "example.org"));
}

TEST(NameSourceTest, Zone) {
  const std::string soa = "com. 900 IN SOA a.nic.com. b.nic.com. 1 2 3 4 5\n";
  EXPECT_THAT(Jobs(soa + "com. 60 IN NS a.nic.com.\nA.com. 60 IN NS ns.a.com.\n"
                         "ns.a.com. 60 IN A 192.0.2.1\nbroken\nb.com. 60 IN NS ns.a.com.\n"),
              ElementsAre("!broken", "a.com", "b.com"));
  const io::TempFile zone(
      "; as the registry gives it\n$ORIGIN com.\nx 60 IN NS ns.x\n 60 IN NS ns.y");
  const io::TempFile lines("y.com\n");
  const auto source = MustOpen({.paths = {zone.path(), lines.path(), zone.path()},
                                .format = InputFormat::kAuto,
                                .wildcard = false});
  NameJob job;
  for (const bool delegated : {true, false, true}) {
    ASSERT_EQ(source->Next(&job, true), NextJob::kJob);
    EXPECT_EQ(Show(job), delegated ? "x.com" : "y.com");
    EXPECT_EQ(job.details().delegation != nullptr, delegated);
  }
  EXPECT_EQ(source->Next(&job, true), NextJob::kEnd);
}

/// Every job of a zone file with what the file says of its delegation, in the order of the
/// alphabet.
std::vector<std::string> SortedDelegations(NameSource* source) {
  std::vector<std::string> shown;
  NameJob job;
  for (NextJob next = NextJob::kJob; next != NextJob::kEnd && next != NextJob::kFailed;) {
    next = source->Next(&job, true);
    if (next != NextJob::kJob) continue;
    const auto& delegation = job.details().delegation;
    shown.push_back(delegation != nullptr ? zonefile::DelegationText(Show(job), *delegation)
                                          : Show(job));
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

TEST(NameSourceTest, AZoneFileInAnyOrderGivesTheSame) {
  std::vector<std::string> lines = {"com. 60 in soa a.nic.com. b.nic.com. 1 2 3 4 5\n",
                                    "com. 60 in ns a.nic.com.\n"};
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    const std::string name = "d" + std::to_string(1000 + i) + ".com";
    const std::string host = "ns." + name;
    const std::string address = "192.0.2." + std::to_string(i);
    lines.push_back(name + ". 60 in ns ns.d1000.com.\n");
    if (i > 0) lines.push_back(name + ". 60 in ns " + host + ".\n");
    lines.push_back(name + ". 60 in ds 1 8 1 " + std::string(40, '0') + "\n");
    lines.push_back(host + ". 60 in a " + address + "\n");
    expected.push_back(name + ": ns.d1000.com=192.0.2.0 " +
                       (i > 0 ? host + "=" + address + " " : "") + "60 ds:24");
  }
  const auto delegations = [&lines] {
    std::string zone;
    for (const std::string& line : lines) zone += line;
    const io::TempFile file(zone);
    const auto source =
        MustOpen({.paths = {file.path()}, .format = InputFormat::kZone, .wildcard = false});
    std::vector<std::string> shown = SortedDelegations(source.get());
    EXPECT_TRUE(source->status().ok()) << source->status();
    EXPECT_EQ(source->bytes_read(), zone.size());
    // In the order of hosts as they are sorted: the shorter one first.
    return shown;
  };
  EXPECT_EQ(delegations(), expected) << "by owner";
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(delegations(), expected) << "as text";
  const auto type_of = [](const std::string& line) { return line.substr(line.find(" in ")); };
  std::sort(lines.begin(), lines.end(), [&type_of](const std::string& a, const std::string& b) {
    return type_of(a) < type_of(b);
  });
  EXPECT_EQ(delegations(), expected) << "by type";
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (int round = 0; round < 5; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    EXPECT_EQ(delegations(), expected) << "shuffled";
  }
}

TEST(NameSourceTest, WhatIsReadGoesBeforeAZoneFileIsReadForItsOrder) {
  const io::TempFile lines("a.example\n");
  const io::TempFile zone("x.com. 60 IN NS ns.x.com.\n");
  const auto source = MustOpen(
      {.paths = {lines.path(), zone.path()}, .format = InputFormat::kAuto, .wildcard = false});
  NameJob job;
  EXPECT_EQ(source->Next(&job, false), NextJob::kJob);
  EXPECT_EQ(source->Next(&job, false), NextJob::kWouldWait);
  ASSERT_EQ(source->Next(&job, true), NextJob::kJob);
  EXPECT_EQ(Show(job), "x.com");
  EXPECT_EQ(source->Next(&job, false), NextJob::kEnd);
}

TEST(NameSourceTest, WhatIsNotWholeGivesWhatItHoldsAndFailsInTheEnd) {
  const std::string soa = "com. 60 IN SOA a. b. 1 2 3 4 5\n";
  const std::string names = "a.com. 60 IN NS n.\nb.com. 60 IN NS n.\n";
  const std::string packed = io::Gzip(soa + names);
  struct Row {
    const char* what;
    std::string content;
    std::vector<std::string> jobs;
    std::string why;
  };
  const Row rows[] = {
      {"a compressed stream",
       io::Gzip("") + packed.substr(0, packed.size() - 6),
       {"a.com: n 60", "b.com"},
       "its compressed stream breaks off; it was read to the end of line 3"},
      {"a transfer",
       soa + soa + names,
       {"a.com: n 60", "b.com"},
       "it lacks the SOA record that closes a zone transfer; it was read to the end of line 4"},
      {"a transfer that must be sorted",
       soa + soa + names + "a.com. 60 IN NS m.\n",
       {"a.com", "b.com"},
       "it lacks the SOA record that closes a zone transfer; it was read to the end of line 5"},
      {"a record",
       soa + names + "c.com. 60 IN N",
       {"!c.com. 60 IN N", "a.com: n 60", "b.com"},
       "it ends within a record; it was read to the end of line 4"},
      {"a record of several lines",
       soa + names + "c.com. 60 IN NS (\n",
       {"!c.com. 60 IN NS", "a.com", "b.com"},
       "it ends within a record; it was read to the end of line 4"},
      {"a ZONEMD record that does not fit",
       soa + "com. 60 IN ZONEMD 1 1 1 " + std::string(96, '0') + "\n" + names,
       {"a.com: n 60", "b.com: n 60"},
       "its records do not fit its ZONEMD record; it was read to the end of line 4"},
      {"a ZONEMD record, and one that cannot be read, in a file that is sorted",
       soa + names + "com. 60 IN TXT (\n" + " \"a\" )\ncom. 60 in zonemd 1 1 1 (\n" +
           std::string(96, '0') + " )\nx.com. A\n",
       {"!x.com. A", "a.com: n 60", "b.com: n 60"},
       "its ZONEMD record cannot be compared, since not all records can be read; it was read to "
       "the end of line 8"},
  };
  const io::TempFile next("next.example\n");
  for (const Row& row : rows) {
    const io::TempFile file(row.content);
    const auto source = MustOpen(
        {.paths = {file.path(), next.path()}, .format = InputFormat::kAuto, .wildcard = false});
    std::vector<std::string> jobs = row.jobs;
    jobs.emplace_back("next.example");
    EXPECT_EQ(SortedDelegations(source.get()), jobs) << row.what;
    EXPECT_EQ(source->status().code(), absl::StatusCode::kDataLoss) << row.what;
    EXPECT_EQ(source->status().message(), file.path() + " is not whole: " + row.why) << row.what;
  }
}

/// Each job as "line: detail" where it is invalid, else its name.
std::vector<std::string> Faults(NameSource* source) {
  std::vector<std::string> shown;
  NameJob job;
  while (source->Next(&job, true) == NextJob::kJob) {
    const JobDetails& details = job.details();
    shown.push_back(job.valid ? Show(job) : std::to_string(details.line) + ": " + details.detail);
    EXPECT_EQ(details.line == 0 && details.detail.empty(), job.valid) << Show(job);
  }
  return shown;
}

TEST(NameSourceTest, InvalidLinesHaveTheirNumberAndAReason) {
  struct Row {
    const char* what;
    std::string content;
    std::vector<std::string> shown;
  };
  const Row rows[] = {
      {"lines",
       "# a\n\na..b\nA.example\n\n192.0.2.1\n" + std::string(100'000, 'x'),
       {"3: empty label", "a.example<A.example", "6: IP address", "7: line over 65536 bytes"}},
      {"csv",
       "rank,name\n1,a.example\n2,a b\n",
       {"a.example", "3: character that no domain name holds"}},
      {"ndjson",
       "{\"name\":\"a.example\"}\n\n{\"name\"\n{}\n",
       {"a.example", "3: JSON object that breaks off", "4: no member that is a name"}},
      {"zone",
       "; a\n$TTL 60\na.com. NS (\n a.\n )\nb.com. NS (\n a..b. )\nnone\n",
       {"6: Syntax error, could not parse the RR's rdata", "8: not a record: it has no known type",
        "a.com"}},
  };
  for (const Row& row : rows) {
    const io::TempFile file(row.content);
    const auto source = MustOpen({.paths = {file.path()}});
    EXPECT_EQ(Faults(source.get()), row.shown) << row.what;
    EXPECT_TRUE(source->status().ok()) << row.what << source->status();
    EXPECT_THAT(source->remarks(), IsEmpty()) << row.what;
  }
}

TEST(NameSourceTest, AFileWithoutNamesEndsBehindAThousandLines) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "not a name\n";
  const io::TempFile first("a.example\n");
  for (const bool late : {false, true}) {
    const io::TempFile file(late ? "b.example\n" + text : text + "b.example\n");
    const auto source = MustOpen({.paths = {first.path(), file.path(), first.path()}});
    EXPECT_EQ(Faults(source.get()).size(), late ? 1003 : 1001);
    EXPECT_EQ(source->status().ok(), late);
    if (late) continue;
    EXPECT_TRUE(absl::IsInvalidArgument(source->status()));
    EXPECT_EQ(
        source->status().message().find("what is this? " + file.path() + " was read as a list"), 0);
  }
  const io::TempFile zone("$ORIGIN com.\n$TTL 60\n" + text);
  const auto source = MustOpen({.paths = {zone.path()}});
  EXPECT_EQ(Faults(source.get()).size(), 1000);
  EXPECT_TRUE(absl::IsInvalidArgument(source->status()));
}

TEST(NameSourceTest, WhatGivesNoNameIsRemarked) {
  const io::TempFile good("a.example\n");
  const io::TempFile empty("# nothing\n");
  const io::TempFile bad("a..b\n");
  const io::TempFile addresses("192.0.2.1\n");
  const io::TempFile zone("a.example. 60 IN SOA a. b. 1 2 3 4 5\nwww.a.example. A 192.0.2.1\n");
  const std::vector<std::string> paths = {good.path(), empty.path(), bad.path(), addresses.path(),
                                          zone.path()};
  const auto source = MustOpen({.paths = paths});
  EXPECT_EQ(Faults(source.get()).size(), 3);
  ASSERT_EQ(source->remarks().size(), 3);
  EXPECT_EQ(source->remarks()[0].find(bad.path() + " holds no name"), 0);
  EXPECT_EQ(source->remarks()[1].find(addresses.path() + " holds IP addresses alone"), 0);
  EXPECT_EQ(source->remarks()[2].find(zone.path() + " delegates nothing"), 0);
  NameSourceOptions options;
  options.paths = paths;
  options.zone_names = ZoneNames::kOwners;
  const auto owners = MustOpen(options);
  EXPECT_THAT(Faults(owners.get()), ElementsAre("a.example", "1: empty label", "1: IP address",
                                                "a.example", "www.a.example"));
  EXPECT_EQ(owners->remarks().size(), 2);
}

TEST(NameSourceTest, ADirectiveThatStandsForRecordsFailsTheSource) {
  const std::string soa = "com. 60 IN SOA a. b. 1 2 3 4 5\n";
  const std::string name = "a.com. 60 IN NS a.\n";
  for (const std::string& zone : {
           soa + name + "$INCLUDE other\n",
           "com. 60 IN SOA a. b. (\n1 2 3 4 5 )\n" + name + "$INCLUDE other ; and more\n",
       }) {
    const io::TempFile lines("b.example\n");
    const io::TempFile file(zone);
    const auto source = MustOpen({.paths = {lines.path(), file.path()}});
    EXPECT_THAT(Faults(source.get()), ElementsAre("b.example")) << zone;
    EXPECT_TRUE(absl::IsInvalidArgument(source->status())) << zone;
    const std::string where =
        ": line " + std::to_string(std::count(zone.begin(), zone.end(), '\n'));
    EXPECT_EQ(source->status().message().find(file.path() + where + ": $INCLUDE"), 0)
        << source->status();
  }
}

TEST(NameSourceTest, FilesOneAfterTheOther) {
  const io::TempFile lines("a.example");  // Without a line feed: the next file is another line.
  const io::TempFile empty("");
  const io::TempFile json(R"({"name":"b.example","id":"x"})");
  const auto source = MustOpen({.paths = {lines.path(), empty.path(), json.path(), lines.path()},
                                .format = InputFormat::kAuto,
                                .wildcard = false});
  EXPECT_THAT(AllJobs(source.get()), ElementsAre("a.example", "b.example#\"x\"", "a.example"));
}

std::string CannotRead(const std::string& path, const std::string& why) {
  return "cannot read " + path + ": " + why;
}

TEST(NameSourceTest, UnreadableInputsAreFoundBeforeAnythingIsRead) {
  const io::TempFile good("a.example\n");
  const io::TempFolder folder;
  const std::string missing = folder.path() + "/missing";
  for (const auto& [path, why] : std::vector<std::pair<std::string, std::string>>{
           {folder.path(), "Is a directory"}, {missing, "No such file or directory"}}) {
    const auto source = NameSource::Open(
        {.paths = {good.path(), path}, .format = InputFormat::kAuto, .wildcard = false}, nullptr);
    EXPECT_EQ(source.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(source.status().message(), CannotRead(path, why));
  }
}

TEST(NameSourceTest, AFileThatGoesAwayFailsTheSource) {
  const io::TempFile first("a.example\n");
  auto second = std::make_unique<io::TempFile>("b.example\n");
  const std::string path = second->path();
  const auto source =
      MustOpen({.paths = {first.path(), path}, .format = InputFormat::kAuto, .wildcard = false});
  second.reset();
  NameJob job;
  EXPECT_EQ(source->Next(&job, true), NextJob::kJob);
  EXPECT_EQ(source->Next(&job, true), NextJob::kFailed);
  EXPECT_EQ(source->status().message(), CannotRead(path, "No such file or directory"));
  EXPECT_EQ(source->Next(&job, true), NextJob::kFailed);
}

/// Standard input is a pipe during the test.
class StandardInputTest : public testing::Test {
 protected:
  void SetUp() override {
    saved_ = dup(STDIN_FILENO);
    int fds[2];
    ASSERT_EQ(pipe(fds), 0);
    ASSERT_EQ(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
    close(fds[0]);
    writer_ = fds[1];
  }
  void TearDown() override {
    CloseWriter();
    dup2(saved_, STDIN_FILENO);
    close(saved_);
  }
  void Send(std::string_view text) const {
    ASSERT_EQ(write(writer_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void CloseWriter() {
    if (writer_ >= 0) close(writer_);
    writer_ = -1;
  }

 private:
  int saved_ = -1;
  int writer_ = -1;
};

TEST_F(StandardInputTest, IsReadWhereNoFileOrADashIsGiven) {
  Send("a.example\nb.exa");
  const auto source = MustOpen({});
  NameJob job;
  ASSERT_EQ(source->Next(&job, false), NextJob::kJob);
  EXPECT_EQ(Show(job), "a.example");
  EXPECT_EQ(source->Next(&job, false), NextJob::kWouldWait);
  Send("mple");
  CloseWriter();
  ASSERT_EQ(source->Next(&job, true), NextJob::kJob);
  EXPECT_EQ(Show(job), "b.example");
  EXPECT_EQ(source->Next(&job, true), NextJob::kEnd);

  const auto dash = MustOpen({.paths = {"-"}, .format = InputFormat::kAuto, .wildcard = false});
  EXPECT_EQ(dash->Next(&job, true), NextJob::kEnd) << "standard input is still open, at its end";
}

TEST_F(StandardInputTest, WaitIsInterrupted) {
  auto wake = io::WakeFd::Create();
  ASSERT_TRUE(wake.ok());
  const auto source = MustOpen({}, wake->get());
  std::thread other([&wake] { (*wake)->Notify(); });
  NameJob job;
  EXPECT_EQ(source->Next(&job, true), NextJob::kInterrupted);
  other.join();
  EXPECT_TRUE(source->status().ok());
}

}  // namespace
}  // namespace caascan::input
