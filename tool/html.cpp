// SPDX-License-Identifier: MIT
#include "html.hpp"

namespace tool {
namespace {

// Readable in a light and in a dark room, on a telephone and on paper.
constexpr const char* sheet = R"(
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5c6675; --line: #d5dae2; --paper: #ffffff; --wash: #f4f6f9;
  --bad: #b3261e; --good: #19703a; --warn: #8a5a00; --mark: #2f62c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b5; --line: #394150; --paper: #161a21;
  --wash: #1f252e; --bad: #ff8a80; --good: #6fd08c; --warn: #e5b567; --mark: #86a8f0; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p.lead { color: var(--soft); margin-top: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; } td.number, th.number { text-align: right; }
code, pre { font: .9em/1.45 ui-monospace, monospace; } code { overflow-wrap: break-word; } td { min-width: 4.5rem; overflow-wrap: break-word; }
pre { background: var(--wash); padding: .7rem .9rem; border-radius: 6px; overflow-x: auto; margin: .5rem 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .soft { color: var(--soft); }
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
)";

}  // namespace

std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? '?' : c;
        }
    return safe;
}

std::string page(const std::string& title, const std::string& body) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           escaped(title) + "</title>\n<style>" + sheet + "</style>\n</head>\n<body>\n" + body + "</body>\n</html>\n";
}

}  // namespace tool
