// Looks at the start whether a program has what it needs: a definition that serves its resource, and its rights.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/runtime/access_rights.hpp"
#include "operator/seams/environment.hpp"

namespace runtime {

struct SelfCheckOptions {
  std::vector<AccessRight> rights;
  /// The CustomResourceDefinition to look at; "": none.
  std::string definition{};
  /// What is wrong with it (null: it is not there); "": nothing.
  std::function<std::string(api::Object const*)> judge{};
  seams::Duration look_again = std::chrono::seconds(30);
  seams::Duration call_timeout = std::chrono::seconds(10);
};

/// Asks until everything is there, and then never again: what goes later, the calls that need it tell of. What is
/// missing is said in the log once each, and once more when it has come; whoever needs it tries all the while.
/// A server that does not let itself be asked is taken at its word when it refuses something: that is no complaint
/// here. Lifetime: environment and Api outlive it; it is destroyed after stop() has reported or after its coroutine's
/// frame.
class SelfCheck {
 public:
  SelfCheck(seams::Environment const& environment, api::Api& api, SelfCheckOptions options);
  SelfCheck(SelfCheck const&) = delete;
  SelfCheck& operator=(SelfCheck const&) = delete;

  void start();
  /// `stopped` is called in a turn of its own. Once.
  void stop(std::function<void()> stopped);

  /// What is missing, for people; "": nothing that is known of.
  std::string missing_rights() const;
  std::string const& trouble_with_definition() const { return definition_trouble_; }
  /// Everything has been found to be there, or cannot be found out.
  bool done() const { return done_; }

 private:
  enum class State : std::uint8_t { unknown, given, missing };

  boost::asio::awaitable<void> run();
  /// Whether nothing is left to be looked at.
  boost::asio::awaitable<bool> look_at_definition();
  boost::asio::awaitable<bool> ask_for_rights();
  void learnt(std::size_t index, bool given);
  void ended(std::exception_ptr const& bug);

  seams::Environment environment_;
  api::Api& api_;
  SelfCheckOptions options_;
  std::vector<State> states_;  ///< of the rights
  std::string definition_trouble_;
  bool definition_done_ = false;
  bool rights_done_ = false;
  bool done_ = false;
  bool running_ = false;
  bool begun_ = false;  ///< the coroutine has had its first turn: before, a cancellation would break it
  bool stopping_ = false;
  boost::asio::cancellation_signal cancel_;
  std::function<void()> stopped_;
};

}  // namespace runtime
