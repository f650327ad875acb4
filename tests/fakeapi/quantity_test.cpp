// Quantities, against what resource.Quantity of Kubernetes 1.20 makes of the same texts.
#include "fakeapi/types/quantity.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fakeapi::types {
namespace {

struct Sample {
  std::string_view text;
  std::string_view shown;    // as JSON; "!…" is an error
  std::string_view rounded;  // to thousandths
};

constexpr std::string_view wrong_format =
    "!quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view wrong_suffix = "!unable to parse quantity's suffix";

constexpr std::array samples{
    Sample{"0", "0", "0"},
    Sample{"1", "1", "1"},
    Sample{"1000", "1k", "1k"},
    Sample{"1000m", "1", "1"},
    Sample{"0.5", "500m", "500m"},
    Sample{"100m", "100m", "100m"},
    Sample{"1.5Gi", "1536Mi", "1536Mi"},
    Sample{"1024Mi", "1Gi", "1Gi"},
    Sample{"1Gi", "1Gi", "1Gi"},
    Sample{"1536Mi", "1536Mi", "1536Mi"},
    Sample{"1e3", "1e3", "1e3"},
    Sample{"1E3", "1E3", "1E3"},
    Sample{"100e3", "100e3", "100e3"},
    Sample{"12e-3", "12e-3", "12e-3"},
    Sample{"1e-3", "1e-3", "1e-3"},
    Sample{"1500m", "1500m", "1500m"},
    Sample{"1500u", "1500u", "2m"},
    Sample{"1u", "1u", "1m"},
    Sample{"1n", "1n", "1m"},
    Sample{"0.1n", "1n", "1m"},
    Sample{"0.0000000001", "1n", "1m"},
    Sample{"+1", "+1", "+1"},
    Sample{"-1", "-1", "-1"},
    Sample{"-0.5", "-500m", "-500m"},
    Sample{"01", "01", "01"},
    Sample{"007", "007", "007"},
    Sample{"1.0", "1", "1"},
    Sample{"1.000", "1", "1"},
    Sample{"1.50", "1500m", "1500m"},
    Sample{".5", "500m", "500m"},
    Sample{"5.", "5.", "5."},
    Sample{"1.G", "1.G", "1.G"},
    Sample{"1Ki", "1Ki", "1Ki"},
    Sample{"1023Ki", "1023Ki", "1023Ki"},
    Sample{"1024Ki", "1Mi", "1Mi"},
    Sample{"0.5Ki", "512", "512"},
    Sample{"0.0001Ki", "102400u", "103m"},
    Sample{"1.1Ki", "1126400m", "1126400m"},
    Sample{"3Ei", "3Ei", "3Ei"},
    Sample{"8Ei", "9223372036854775807", "9223372036854775807"},
    Sample{"16Ei", "9223372036854775807", "9223372036854775807"},
    Sample{"128974848", "128974848", "128974848"},
    Sample{"129e6", "129e6", "129e6"},
    Sample{"129M", "129M", "129M"},
    Sample{"123Mi", "123Mi", "123Mi"},
    Sample{"0.1", "100m", "100m"},
    Sample{"0.01", "10m", "10m"},
    Sample{"0.001", "1m", "1m"},
    Sample{"0.0001", "100u", "1m"},
    Sample{"m", "0", "0"},
    Sample{"Ki", "0", "0"},
    Sample{"abc", wrong_format, ""},
    Sample{"1x", wrong_format, ""},
    Sample{"1Kii", wrong_suffix, ""},
    Sample{"1mi", wrong_suffix, ""},
    Sample{"1K", wrong_suffix, ""},
    Sample{"1e", wrong_suffix, ""},
    Sample{"1e1.5", wrong_format, ""},
    Sample{"1.2.3", wrong_format, ""},
    Sample{"--", wrong_suffix, ""},
    Sample{"-", "0", "0"},
    Sample{"+", "0", "0"},
    Sample{"10000000000000000000", "10E", "10E"},
    Sample{"9223372036854775807", "9223372036854775807", "9223372036854775807"},
    Sample{"9223372036854775808", "9223372036854775808", "9223372036854775808"},
    Sample{"1000000k", "1G", "1G"},
    Sample{"1000Ki", "1000Ki", "1000Ki"},
    Sample{"2000Mi", "2000Mi", "2000Mi"},
    Sample{"1.5", "1500m", "1500m"},
    Sample{"2.5G", "2500M", "2500M"},
    Sample{"0Ki", "0", "0"},
    Sample{"0m", "0", "0"},
    Sample{"-1Gi", "-1Gi", "-1Gi"},
    Sample{"-1500m", "-1500m", "-1500m"},
    Sample{"1e18", "1e18", "1e18"},
    Sample{"5e17", "500e15", "500e15"},
    Sample{"100T", "100T", "100T"},
    Sample{"1000T", "1P", "1P"},
    Sample{"1000P", "1E", "1E"},
    Sample{"9E", "9E", "9E"},
    Sample{"1001", "1001", "1001"},
    Sample{"1010", "1010", "1010"},
    Sample{"1100", "1100", "1100"},
    Sample{"110", "110", "110"},
    Sample{"560Ti", "560Ti", "560Ti"},
    Sample{"191269326M", "191269326M", "191269326M"},
    Sample{"1893Mi", "1893Mi", "1893Mi"},
    Sample{"4Mi", "4Mi", "4Mi"},
    Sample{"4.6e-3", "4600e-6", "5e-3"},
    Sample{"600559186e3", "600559186e3", "600559186e3"},
    Sample{"7k", "7k", "7k"},
    Sample{"1440u", "1440u", "2m"},
    Sample{"582386607", "582386607", "582386607"},
    Sample{"606n", "606n", "1m"},
    Sample{"0n", "0", "0"},
    Sample{"1517.5P", "1517500T", "1517500T"},
    Sample{"345.4830m", "345483u", "346m"},
    Sample{"4m", "4m", "4m"},
    Sample{"2Gi", "2Gi", "2Gi"},
    Sample{"71810422Pi", "9223372036854775807", "9223372036854775807"},
    Sample{"6P", "6P", "6P"},
    Sample{"387G", "387G", "387G"},
    Sample{"12345678901234567890n", "12345678901234567890n", "12345678901235m"},
    Sample{"443.60Mi", "465148313600m", "465148313600m"},
    Sample{"619530563.7G", "619530563700M", "619530563700M"},
    Sample{"456942378", "456942378", "456942378"},
    Sample{"1008e1", "10080", "10080"},
    Sample{"619.191Ti", "680807704314249216m", "680807704314249216m"},
    Sample{"1410P", "1410P", "1410P"},
    Sample{"0Pi", "0", "0"},
    Sample{"8m", "8m", "8m"},
    Sample{"1265.0M", "1265M", "1265M"},
    Sample{"3.69M", "3690k", "3690k"},
    Sample{"609.5e-3", "609500e-6", "610e-3"},
    Sample{"1099.2642e6", "1099264200", "1099264200"},
    Sample{"0k", "0", "0"},
    Sample{"78", "78", "78"},
    Sample{"9.50", "9500m", "9500m"},
    Sample{"173877722.224824e1", "1738777222248240e-6", "1738777222249e-3"},
    Sample{"8.56976e-3", "8569760e-9", "9e-3"},
    Sample{"629939369.364Ki", "645057914228736m", "645057914228736m"},
    Sample{"1090.602G", "1090.602G", "1090.602G"},
    Sample{"989Ki", "989Ki", "989Ki"},
    Sample{"7Gi", "7Gi", "7Gi"},
};

TEST(Quantity, IsReadAndPrintedAsGoDoes) {
  for (auto const& sample : samples) {
    auto const read = Quantity::parse(sample.text);
    if (sample.shown.starts_with('!')) {
      ASSERT_FALSE(read.has_value()) << sample.text;
      EXPECT_EQ("!" + read.error(), sample.shown) << sample.text;
      continue;
    }
    ASSERT_TRUE(read.has_value()) << sample.text << ": " << read.error();
    EXPECT_EQ(read->to_string(), sample.shown) << sample.text;
    auto rounded = *read;
    rounded.round_to_milli();
    EXPECT_EQ(rounded.to_string(), sample.rounded) << sample.text;
  }
}

TEST(Quantity, KnowsWholeUnitsAndThousandths) {
  auto const of = [](std::string_view text) { return *Quantity::parse(text); };
  EXPECT_EQ(of("1500m").value(), 2);
  EXPECT_EQ(of("-1500m").value(), -2);
  EXPECT_EQ(of("1500u").milli_value(), 2);
  EXPECT_EQ(of("1.5Gi").value(), 1610612736);
  EXPECT_TRUE(of("2").is_whole());
  EXPECT_FALSE(of("2500m").is_whole());
  EXPECT_TRUE(of("-1n").is_negative());
  EXPECT_TRUE(of("0Ki").is_zero());
  EXPECT_LT(of("999m"), of("1"));
  EXPECT_EQ(of("1024Ki"), of("1Mi"));
}

}  // namespace
}  // namespace fakeapi::types
