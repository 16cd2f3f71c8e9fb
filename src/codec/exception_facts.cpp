// SPDX-License-Identifier: MIT
#include "codec/exception_facts.hpp"

#include "codec/exception_registry.hpp"

#include <cxxabi.h>

#include <sstream>
#include <string_view>

namespace brood::detail {
namespace {

std::string text_of(const char* text) { return text ? text : ""; }
std::string text_of(bool value) { return value ? "true" : "false"; }
template <class T>
std::string text_of(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

template <class T>
bool is_a(const std::exception_ptr& exception, const std::type_info& type, std::string& what) {
    if (type != typeid(T)) return false;
    try {
        std::rethrow_exception(exception);
    } catch (const T value) {  // by value: compilers go wrong with references to pointers that were thrown
        what = text_of(value);
    }
    return true;
}

// Things that some programs throw although they are no exceptions.
template <class... T>
std::string words_of(const std::exception_ptr& exception, const std::type_info& type) {
    std::string what;
    static_cast<void>((is_a<T>(exception, type, what) || ...));
    return what;
}

std::string words(const std::exception_ptr& exception, const std::type_info& type) {
    return words_of<std::string, std::string_view, const char*, char*, int, unsigned, long, unsigned long, long long,
                    unsigned long long, short, unsigned short, bool, char, float, double, long double>(exception, type);
}

std::exception_ptr nested_in(const std::nested_exception* exception) noexcept {
    return exception ? exception->nested_ptr() : nullptr;
}

}  // namespace

exception_facts facts_of(const std::exception_ptr& exception) {
    exception_facts facts;
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& e) {
        facts.type = abi::__cxa_current_exception_type();
        facts.what = text_of(e.what());
        facts.nested = nested_in(dynamic_cast<const std::nested_exception*>(&e));
    } catch (const std::nested_exception& e) {
        facts.type = abi::__cxa_current_exception_type();
        facts.nested = nested_in(&e);
    } catch (...) {
        facts.type = abi::__cxa_current_exception_type();
    }
    facts.type_name = facts.type ? readable_name(*facts.type) : "unknown";
    if (facts.type && facts.what.empty()) facts.what = words(exception, *facts.type);
    return facts;
}

}  // namespace brood::detail
