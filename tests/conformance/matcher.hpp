// Whether an answer is what a case expects.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

namespace conformance {

/// What is wrong with `value`, each complaint with its path; nothing if it matches. In a pattern
///   an object wants its members and allows others, a list wants exactly its items, other values are to be equal;
///   $any any value, $absent none at all, $uid $time $version what the name says, $text a string, $number a number;
///   !match '^a+$' a text that matches entirely, !not 'x' another value, !after '5' a greater decimal number,
///   !exact {…} an object without further members (and so on inside), !set […] the items in any order,
///   !some […] at least these items, !count 3 a list of that length.
std::vector<std::string> complaints(boost::json::value const& pattern, boost::json::value const* value,
                                    std::string const& path = "");

}  // namespace conformance
