// The shape of a Deployment's spec, as far as this server looks into it.
#pragma once
#include "fakeapi/semantics/schema.hpp"

namespace fakeapi {

/// Which fields there are, which types they have and which defaults; made once. Fields of a pod that no rule here is
/// about are let through as they are. Defaults that depend on other fields are not in it.
Schema const& deployment_spec_schema();

}  // namespace fakeapi
