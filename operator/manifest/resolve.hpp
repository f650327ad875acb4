// What a plain (unquoted) scalar of YAML means.
//
// Source: sigs.k8s.io/yaml, goyaml.v2/resolve.go (the fork of go-yaml v2.4 that kubectl 1.20 to 1.3x uses) and the JSON
// that its result is written to. So, in full:
//  - null:     (empty) ~ null Null NULL
//  - true:     y Y yes Yes YES true True TRUE on On ON
//  - false:    n N no No NO false False FALSE off Off OFF
//  - integers: [+-] decimal, 0x, 0o, 0b (either case), or octal with a leading 0; `_` between digits is dropped
//  - floats:   [+-] digits with a point or an exponent; one without a fraction becomes an integer on its way through
//              JSON ("1e3" and "2.0" are integers), and so does 08, which is no octal number
//  - .inf and .nan in their spellings: an error, JSON has no such number
//  - everything else, timestamps and base-60 numbers included: a string
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace manifest {

/// The value of a plain scalar. The error says what is wrong with it and what to write instead.
std::expected<boost::json::value, std::string> resolve_plain(std::string_view text);

/// The value of a scalar with an explicit tag in its long form ("tag:yaml.org,2002:int"). Errors as above.
std::expected<boost::json::value, std::string> resolve_tagged(std::string_view tag, std::string_view text);

/// A float as it comes out of Go's JSON encoder and Kubernetes' decoder: an integer if the encoder writes no fraction
/// and it fits.
boost::json::value through_json(double value);

/// A tag as people write it ("!!int").
std::string short_tag(std::string_view tag);

}  // namespace manifest
