#include "scanner/share/engine_url.h"

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace caascan::share {
namespace {

struct GoodRow {
  const char* name;
  const char* text;
  const char* shown;
  const char* user;
  const char* password;
  uint32_t database;
};

TEST(EngineUrlTest, ReadsWhatRedisCliReads) {
  const GoodRow rows[] = {
      {"host alone", "redis://queue", "redis://queue:6379", "", "", 0},
      {"port", "redis://queue:7000", "redis://queue:7000", "", "", 0},
      {"database", "redis://queue/3", "redis://queue:6379/3", "", "", 3},
      {"no database behind the slash", "redis://queue/", "redis://queue:6379", "", "", 0},
      {"user and password", "redis://me:secret@queue:1/2", "redis://queue:1/2", "me", "secret", 2},
      {"password alone", "redis://:secret@queue", "redis://queue:6379", "", "secret", 0},
      {"password without colon", "redis://secret@queue", "redis://queue:6379", "", "secret", 0},
      {"encoded", "redis://a%40b:c%2Fd@queue", "redis://queue:6379", "a@b", "c/d", 0},
      {"slash and at in a password", "redis://:a/b@c@queue", "redis://queue:6379", "", "a/b@c", 0},
      {"IPv4", "redis://192.0.2.1:1", "redis://192.0.2.1:1", "", "", 0},
      {"IPv6", "redis://[2001:db8::1]:1", "redis://[2001:db8::1]:1", "", "", 0},
      {"IPv6 without port", "redis://[2001:db8::1]", "redis://[2001:db8::1]:6379", "", "", 0},
      {"socket", "redis+unix:///run/r.sock", "redis+unix:///run/r.sock", "", "", 0},
      {"socket with all", "redis+unix://u:p@/run/r.sock?db=4", "redis+unix:///run/r.sock", "u", "p",
       4},
      {"path alone", "/run/r.sock", "redis+unix:///run/r.sock", "", "", 0},
  };
  for (const GoodRow& row : rows) {
    SCOPED_TRACE(row.name);
    const auto url = ReadEngineUrl(row.text);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(url->ToText(), row.shown);
    EXPECT_EQ(url->user, row.user);
    EXPECT_EQ(url->password, row.password);
    EXPECT_EQ(url->database, row.database);
  }
}

TEST(EngineUrlTest, RefusesTheRestWithoutThePassword) {
  const struct {
    const char* name;
    const char* text;
    const char* says;
  } rows[] = {
      {"nothing", "", "another scheme"},
      {"another scheme", "http://secret@queue", "another scheme"},
      {"TLS", "rediss://:secret@queue", "stunnel"},
      {"no host", "redis://", "no host"},
      {"no host but login", "redis://u:secret@", "no host"},
      {"port 0", "redis://:secret@queue:0", "port"},
      {"port too large", "redis://:secret@queue:65536", "port"},
      {"port no number", "redis://:secret@queue:x", "port"},
      {"port signed", "redis://:secret@queue:+1", "port"},
      {"database no number", "redis://:secret@queue/x", "database"},
      {"bare IPv6", "redis://2001:db8::1", "brackets"},
      {"open bracket", "redis://[2001:db8::1", "not closed"},
      {"behind the bracket", "redis://[::1]x:1", "behind the bracket"},
      {"broken encoding", "redis://:secret%4@queue", "percent"},
      {"relative path", "redis+unix://run/r.sock", "absolute"},
      {"unknown parameter", "redis+unix:///r?x=1", "parameter"},
      {"db no number", "redis+unix:///r?db=x", "number"},
      {"no such file", "@/nonexistent/engine", "cannot read"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto url = ReadEngineUrl(row.text);
    ASSERT_TRUE(absl::IsInvalidArgument(url.status())) << url.status();
    EXPECT_NE(url.status().message().find(row.says), std::string::npos) << url.status();
    EXPECT_EQ(url.status().message().find("secret"), std::string::npos) << url.status();
  }
  EXPECT_FALSE(ReadEngineUrl("redis+unix:///" + std::string(200, 'x')).ok());
}

TEST(EngineUrlTest, ReadsAFilesFirstLine) {
  const std::string path = testing::TempDir() + "engine_url_test";
  std::ofstream(path) << " redis://:secret@queue:7000 \nmore\n";
  const auto url = ReadEngineUrl("@" + path);
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->port, 7000);
  std::ofstream(path) << "@" << path << "\n";
  EXPECT_FALSE(ReadEngineUrl("@" + path).ok()) << "a file that names itself";
  std::remove(path.c_str());
}

}  // namespace
}  // namespace caascan::share
