#include "operator/real/certificates.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "operator/real/files.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A folder of this test's own, gone afterwards.
class Folder : public testing::Test {
 protected:
  Folder() : folder(fs::temp_directory_path() / ("echo-test-" + std::to_string(::getpid()))) { fs::remove_all(folder); }
  ~Folder() override { fs::remove_all(folder); }

  static mode_t mode_of(fs::path const& file) {
    struct stat status{};
    EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
    return status.st_mode & 07777U;
  }
  std::string text(std::string const& name) const { return real::read_file(folder / name).value_or("<none>"); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  fs::path folder;
};

class CertificatesTest : public Folder {
 protected:
  real::Credentials keep(real::CredentialsOptions const& options = {}) {
    auto kept = real::keep_credentials(folder / "pki", options, now);
    EXPECT_TRUE(kept) << kept.error();
    return kept ? *kept : real::Credentials();
  }
  std::string why_not(std::string const& certificate, std::vector<std::string> const& names = {}) {
    auto const good = real::check_certificate(certificate, "", authority.identity.certificate, names, now, 24h);
    return good ? "" : good.error();
  }

  seams::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
  real::CertificateAuthority authority = real::make_authority("ca", now);
};

TEST_F(CertificatesTest, name_and_check_what_they_are_for) {
  auto const server = real::make_server_identity(authority, "server", {"localhost", "127.0.0.1", "::1"}, now);
  EXPECT_EQ(why_not(server.certificate, {"localhost", "127.0.0.1", "::1"}), "");
  EXPECT_EQ(why_not(server.certificate, {"example.com"}), "it is not for example.com");
  EXPECT_EQ(why_not(server.certificate, {"127.0.0.2"}), "it is not for 127.0.0.2");
  auto const client = real::make_client_identity(authority, "jane", {"dev", "ops"}, now);
  auto const subject = real::subject_of(client.certificate);
  EXPECT_EQ(subject.common_name, "jane");
  EXPECT_EQ(subject.organisations, (std::vector<std::string>{"dev", "ops"}));
  EXPECT_EQ(real::subject_of("nonsense").common_name, "");
}

TEST_F(CertificatesTest, tell_why_they_are_no_good) {
  auto const stranger = real::make_authority("ca", now);
  auto const theirs = real::make_client_identity(stranger, "jane", {}, now);
  EXPECT_EQ(why_not(theirs.certificate), "it was signed by another authority");
  EXPECT_EQ(why_not("nonsense"), "it is no certificate in PEM format");
  auto const old = real::make_client_identity(authority, "jane", {}, now - std::chrono::years(10));
  EXPECT_EQ(why_not(old.certificate), "it is not valid, or will soon be no more");
  auto const future = real::make_client_identity(authority, "jane", {}, now + 48h);
  EXPECT_EQ(why_not(future.certificate), "it is not valid, or will soon be no more");
  auto const good = real::make_client_identity(authority, "jane", {}, now);
  EXPECT_FALSE(real::check_certificate(good.certificate, theirs.key, authority.identity.certificate, {}, now, 1h));
  EXPECT_TRUE(real::check_certificate(good.certificate, good.key, authority.identity.certificate, {}, now, 1h));
}

TEST_F(CertificatesTest, refuse_a_name_that_cannot_stand_in_one) {
  EXPECT_THROW(real::make_client_identity(authority, std::string(200, 'x'), {}, now), std::invalid_argument);
}

TEST_F(CertificatesTest, are_kept_in_a_folder_and_found_there_again) {
  auto const first = keep();
  EXPECT_EQ(mode_of(folder / "pki"), 0700U);
  for (auto const* name : {"pki/ca.key", "pki/server.key", "pki/client.key"}) EXPECT_EQ(mode_of(folder / name), 0600U);
  EXPECT_EQ(mode_of(folder / "pki" / "ca.crt"), 0644U);
  EXPECT_EQ(text("pki/server.crt"), first.server.certificate);
  auto const second = keep();
  EXPECT_EQ(second.authority, first.authority);
  EXPECT_EQ(second.server.certificate + second.server.key, first.server.certificate + first.server.key);
  EXPECT_EQ(second.client.certificate + second.client.key, first.client.certificate + first.client.key);
}

TEST_F(CertificatesTest, are_made_anew_only_where_they_have_to_be) {
  auto const first = keep();
  // Damaged: its key is another one's.
  ASSERT_TRUE(real::write_file_atomically(folder / "pki/server.key", first.client.key, 0600));
  auto const second = keep();
  EXPECT_EQ(second.authority, first.authority);
  EXPECT_EQ(second.client.certificate, first.client.certificate);
  EXPECT_NE(second.server.certificate, first.server.certificate);
  // For other names, for somebody else.
  real::CredentialsOptions options;
  options.server_names.emplace_back("example.com");
  options.client_name = "joe";
  auto const third = keep(options);
  EXPECT_NE(third.server.certificate, second.server.certificate);
  EXPECT_EQ(real::subject_of(third.client.certificate).common_name, "joe");
  // Out of date: all of them.
  now += std::chrono::days(3640);
  auto const fourth = keep(options);
  EXPECT_NE(fourth.authority, third.authority);
  EXPECT_NE(fourth.client.certificate, third.client.certificate);
  // Without the authority's key nothing could be signed later.
  fs::remove(folder / "pki/ca.key");
  EXPECT_NE(keep(options).authority, fourth.authority);
}

TEST_F(CertificatesTest, are_made_within_milliseconds) {
  auto const began = std::chrono::steady_clock::now();
  real::make_credentials({}, now);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 200ms);
}

TEST_F(CertificatesTest, that_nobody_keeps_are_as_good_as_others) {
  real::CredentialsOptions options;
  auto const all = real::make_credentials(options, now);
  auto const check = [&](real::TlsIdentity const& identity, std::vector<std::string> const& names) {
    auto const good = real::check_certificate(identity.certificate, identity.key, all.authority, names, now, 24h);
    return good ? "" : good.error();
  };
  EXPECT_EQ(check(all.server, options.server_names), "");
  EXPECT_EQ(check(all.client, {}), "");
  EXPECT_EQ(real::subject_of(all.client.certificate).common_name, "kubernetes-admin");
  EXPECT_EQ(real::subject_of(all.authority).common_name, "echo-ca");
  options.client_name.clear();
  EXPECT_EQ(real::make_credentials(options, now).client.certificate, "");
}

TEST_F(CertificatesTest, tell_where_they_cannot_be_kept) {
  fs::create_directory(folder);
  std::ofstream(folder / "file") << "x";
  auto const kept = real::keep_credentials(folder / "file" / "pki", {}, now);
  ASSERT_FALSE(kept);
  EXPECT_TRUE(kept.error().contains((folder / "file").string())) << kept.error();
}

class FilesTest : public Folder {
 protected:
  FilesTest() { fs::create_directory(folder); }
};

TEST_F(FilesTest, are_written_whole_with_the_mode_that_was_asked_for) {
  mode_t const before = ::umask(077);
  ASSERT_TRUE(real::write_file_atomically(folder / "a", "one", 0644));
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "a"), 0644U);
  ASSERT_TRUE(real::write_file_atomically(folder / "a", "two", 0600));
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
  EXPECT_EQ(text("a"), "two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(FilesTest, stay_as_they_were_when_they_cannot_be_written) {
  fs::create_directory(folder / "a");
  std::ofstream(folder / "a" / "inside") << "x";
  auto const written = real::write_file_atomically(folder / "a", "text");
  ASSERT_FALSE(written);
  EXPECT_TRUE(written.error().starts_with((folder / "a").string() + ": ")) << written.error();
  EXPECT_EQ(files(), 1U) << "something was left behind";
  EXPECT_FALSE(real::write_file_atomically(folder / "none" / "a", "text"));
}

TEST_F(FilesTest, are_read_up_to_a_limit) {
  ASSERT_TRUE(real::write_file_atomically(folder / "a", std::string(100'000, 'x')));
  EXPECT_EQ(real::read_file(folder / "a")->size(), 100'000U);
  EXPECT_FALSE(real::read_file(folder / "a", 1000));
  EXPECT_FALSE(real::read_file(folder / "none"));
}

}  // namespace
