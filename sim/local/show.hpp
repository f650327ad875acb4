// Shows a cluster to a person: what happens as it happens, and the table of Echoes when it is quiet again.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "operator/seams/clock.hpp"
#include "sim/local/sight.hpp"

namespace sim::local {

struct ShowOptions {
  std::string program;  ///< whose name stands before complaints
  bool once = false;    ///< finish when every Echo is Ready, or cannot be told so after half a minute
  std::function<void(std::string_view text)> print{};
  std::function<void(std::string_view line)> complain{};
  /// Called once, with whether all is well (always, without `once`, when stop() is what ends it).
  std::function<void(bool ready)> finish{};
};

class Show {
 public:
  static constexpr seams::Duration patience = std::chrono::seconds(30);

  /// Begins now. Sight and clock outlive it.
  Show(Sight const& sight, seams::Clock& clock, ShowOptions options);
  Show(Show const&) = delete;
  Show& operator=(Show const&) = delete;

  /// `before` null: new; `after` null: gone. Tell it when the sight shows it.
  void changed(api::ObjectPtr const& before, api::ObjectPtr const& after);
  /// Nothing more is shown.
  void stop();

 private:
  void look();
  void give_up();
  void finish(bool ready);

  Sight const& sight_;
  seams::Clock& clock_;
  ShowOptions options_;
  seams::MonotonicTime began_;
  bool stopped_ = false;
  seams::ScopedTimer patience_timer_;
  seams::ScopedTimer look_timer_;
};

/// One line about a change that a person wants to see ("Echo default/a created"), or "" for one that tells nothing.
std::string describe(api::ObjectPtr const& before, api::ObjectPtr const& after);

}  // namespace sim::local
