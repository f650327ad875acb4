// What is shown of the Echoes: one row each.
#pragma once
#include <string>
#include <vector>

#include "operator/seams/time.hpp"
#include "sim/local/sight.hpp"

namespace sim::local {

struct Row {
  std::string namespace_;
  std::string name;
  std::string desired;
  std::string ready;
  std::string status;  ///< "Ready", or the reason why it is not
  std::string age;
  std::string message;  ///< what the user can do about it; not a column
  bool is_ready = false;
};

/// A row for each Echo, by namespace and name. Where the definition has no room for a status, the Deployment tells.
std::vector<Row> rows(Sight const& sight, seams::WallTime now);

/// The table with its head, columns padded as kubectl pads them, ending in a newline.
std::string format_table(std::vector<Row> const& rows);

/// "5s", "3m12s", "4h", "12d": an age as kubectl prints it (k8s.io/apimachinery/pkg/util/duration HumanDuration).
std::string human_duration(seams::Duration age);

}  // namespace sim::local
