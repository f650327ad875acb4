// The one translation unit that holds the non-template code of Boost.JSON.
#include <boost/json/src.hpp>
