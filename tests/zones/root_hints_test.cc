#include "scanner/zones/root_hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::zones {
namespace {

using io::TempFile;
using io::TempFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// "host address,address" each.
std::vector<std::string> Lines(const std::vector<RootServer>& servers) {
  std::vector<std::string> lines;
  for (const RootServer& server : servers) {
    std::string line = server.host.view().ToText();
    const char* separator = " ";
    for (const async::Address& address : server.addresses) {
      line += separator + address.ToTextWithPort();
      separator = ",";
    }
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> Read(std::string_view content) {
  const TempFile file(content);
  const auto servers = ReadRootHints(file.path(), 53);
  EXPECT_TRUE(servers.ok()) << servers.status().ToString();
  return servers.ok() ? Lines(*servers) : std::vector<std::string>();
}

TEST(RootHintsTest, BuiltInAreThirteenWithBothFamilies) {
  const std::vector<RootServer> servers = BuiltInRootHints(53);
  ASSERT_EQ(servers.size(), 13u);
  for (const RootServer& server : servers) {
    ASSERT_EQ(server.addresses.size(), 2u) << server.host.view().ToText();
    EXPECT_FALSE(server.addresses[0].is_v6());
    EXPECT_TRUE(server.addresses[1].is_v6());
    for (const async::Address& address : server.addresses) {
      EXPECT_FALSE(address.IsSpecialPurpose()) << address.ToText();
    }
  }
  EXPECT_EQ(Lines(servers)[0], "a.root-servers.net 198.41.0.4:53,[2001:503:ba3e::2:30]:53");
}

TEST(RootHintsTest, BuiltInTakeThePort) {
  EXPECT_EQ(BuiltInRootHints(5300)[12].addresses[1].port(), 5300);
}

TEST(RootHintsTest, ReadsWhatIanaPublishes) {
  EXPECT_THAT(Read("; This file holds the information on root name servers\n"
                   ";\n"
                   ".                        3600000      NS    A.ROOT-SERVERS.NET.\n"
                   "A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4\n"
                   "A.ROOT-SERVERS.NET.      3600000      AAAA  2001:503:ba3e::2:30\n"
                   ";\n"
                   ".                        3600000      NS    B.ROOT-SERVERS.NET.\n"
                   "B.ROOT-SERVERS.NET.      3600000      A     170.247.170.2\n"
                   "; End of file"),
              ElementsAre("A.ROOT-SERVERS.NET 198.41.0.4:53,[2001:503:ba3e::2:30]:53",
                          "B.ROOT-SERVERS.NET 170.247.170.2:53"));
}

struct FormRow {
  const char* name;
  const char* content;
};

class RootHintsFormTest : public testing::TestWithParam<FormRow> {};

// RFC 1035 §5.1.
TEST_P(RootHintsFormTest, IsRead) {
  EXPECT_THAT(Read(GetParam().content), ElementsAre("a.root 127.0.0.1:53"));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RootHintsFormTest,
    testing::Values(
        FormRow{"Short", ". NS a.root.\na.root. A 127.0.0.1\n"},
        FormRow{"NoFinalLineFeed", ". NS a.root.\na.root. A 127.0.0.1"},
        FormRow{"ClassAndTtl", ". 1 IN NS a.root.\na.root. 2 IN A 127.0.0.1\n"},
        FormRow{"AddressFirst", "a.root. A 127.0.0.1\n. NS a.root.\n"},
        FormRow{"Relative", "$ORIGIN root.\n. NS a\na A 127.0.0.1\n"},
        FormRow{"DefaultTtl", "$TTL 60\n. NS a.root.\na.root. A 127.0.0.1\n"},
        FormRow{"OwnerRepeated", ". IN NS b.root.\n  IN NS a.root.\na.root. A 127.0.0.1\n"},
        FormRow{"OtherLetterCase", ". NS A.ROOT.\na.root. A 127.0.0.1\n"},
        FormRow{"WindowsLineEnds", ". NS a.root.\r\na.root. A 127.0.0.1\r\n"},
        FormRow{"BlankAndCommentLines", "\n\n; x\n. NS a.root. ; y\n\t\na.root. A 127.0.0.1\n\n"},
        FormRow{"OtherRecords",
                ". NS a.root.\ncom. NS b.root.\nb.root. A 127.0.0.2\n"
                "a.root. TXT \"x\"\na.root. A 127.0.0.1\n"},
        // ldns leaks what it has read of such a record; its owner still is that of the next one.
        FormRow{"RecordsThatAreNotReadMayBeBroken",
                "$ORIGIN root.\n. IN IPSECKEY Y 257 ( 3\n 8 ) ; more\n NS a\n"
                "a TYPE65280 \\# none\n A 127.0.0.1\n"},
        FormRow{"ServerWithoutAddressIsLeftOut",
                ". NS b.root.\n. NS a.root.\na.root. A 127.0.0.1\n"}),
    [](const auto& row) { return row.param.name; });

struct ErrorRow {
  const char* name;
  const char* content;
  const char* expected;
};

class RootHintsErrorTest : public testing::TestWithParam<ErrorRow> {};

TEST_P(RootHintsErrorTest, NamesFileAndLine) {
  const TempFile file(GetParam().content);
  const auto servers = ReadRootHints(file.path(), 53);
  ASSERT_FALSE(servers.ok());
  EXPECT_EQ(servers.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(servers.status().message()),
              AllOf(HasSubstr(file.path()), HasSubstr(GetParam().expected)));
  EXPECT_EQ(servers.status().message().find('\n'), absl::string_view::npos) << "one line";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RootHintsErrorTest,
    testing::Values(
        ErrorRow{"Empty", "", "no NS record of the root with an address"},
        ErrorRow{"CommentsOnly", "; nothing\n;\n", "no NS record of the root with an address"},
        ErrorRow{"NoAddress", ". NS a.root.\n", "no NS record of the root with an address"},
        ErrorRow{"NsOfAnotherName", "com. NS a.root.\na.root. A 127.0.0.1\n",
                 "no NS record of the root with an address"},
        ErrorRow{"AddressOfAnotherName", ". NS a.root.\nb.root. A 127.0.0.1\n",
                 "no NS record of the root with an address"},
        ErrorRow{"FirstLine", ". NS\n", "line 1:"},
        ErrorRow{"BadAddressInLineThree", ". NS a.root.\na.root. A 127.0.0.1\nb.root. A 127.0.0\n",
                 "line 3:"},
        ErrorRow{"BadAddressBehindAnotherType",
                 ". NS a.root.\na.root. TXT (\n\"x\"\n)\na.root. A x\n", "line 5:"},
        ErrorRow{"BadOwnerOfAnotherType", ". NS a.root.\na..root. TXT x\n", "line 2:"},
        ErrorRow{"BadAddressBehindComments", "; one\n; two\n\n. NS a.root.\na.root. A x\n. NS b.\n",
                 "line 5:"},
        ErrorRow{"UnknownType", ". NS a.root.\na.root. XYZ 127.0.0.1\n", "line 2:"},
        ErrorRow{"Include", "$INCLUDE /etc/passwd\n", "line 1:"},
        ErrorRow{"Prose", "this is no zone file at all\n", "line 1:"},
        ErrorRow{
            "LongLabel",
            ". NS aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.root.\n",
            "line 1:"}),
    [](const auto& row) { return row.param.name; });

TEST(RootHintsTest, BinaryGarbageIsAnError) {
  std::string garbage;
  for (int i = 0; i < 5000; ++i) garbage.push_back(static_cast<char>((i * 37 + i / 7) & 0xff));
  const TempFile file(garbage);
  EXPECT_FALSE(ReadRootHints(file.path(), 53).ok());
}

TEST(RootHintsTest, ALineOfAMegabyteIsAnError) {
  const TempFile file(". NS " + std::string(1 << 20, 'a') + "\n");
  EXPECT_FALSE(ReadRootHints(file.path(), 53).ok());
}

std::string ErrorOf(const std::string& path) {
  const auto servers = ReadRootHints(path, 53);
  EXPECT_FALSE(servers.ok()) << path;
  return std::string(servers.status().message());
}

TEST(RootHintsTest, SaysWhyAFileCannotBeRead) {
  const TempFolder folder;
  EXPECT_THAT(ErrorOf(folder.path()), AllOf(HasSubstr(folder.path()), HasSubstr("directory")));
  EXPECT_THAT(ErrorOf(folder.path() + "/absent"),
              AllOf(HasSubstr("absent"), HasSubstr("No such file")));
  EXPECT_THAT(ErrorOf(""), HasSubstr("No such file"));
}

// Opened, but every read fails: a disk error, say.
TEST(RootHintsTest, AReadErrorIsAnErrorAndNoEndlessLoop) {
  EXPECT_THAT(ErrorOf("/proc/self/mem"), HasSubstr("/proc/self/mem"));
}

}  // namespace
}  // namespace caascan::zones
