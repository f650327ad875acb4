#include "operator/runtime/reconciler.hpp"

#include <string>

namespace runtime {

void ReconcileLog::write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) {
  if (behind_ == nullptr) return;
  std::string const causes = identity_.causes.to_string();
  std::vector<seams::LogField> all{{"reconcile", identity_.id},
                                   {"kind", identity_.kind},
                                   {"namespace", key_.namespace_},
                                   {"name", key_.name},
                                   {"causes", causes}};
  all.insert(all.end(), fields.begin(), fields.end());
  behind_->write(level, message, all);
}

}  // namespace runtime
