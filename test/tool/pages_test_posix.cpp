// SPDX-License-Identifier: MIT
// The pages, opened in a real browser.
#include <doctest/doctest.h>

#include "browser.hpp"

TEST_CASE("the page of the bench stands alone and opens in a browser with a picture for each group") {
    const tool::temporary_folder folder;
    const auto page = folder.path() / "bench.html";
    const auto output = run_tool({"bench", "--runs", "2", "--filter", "^process.start_join spawn$", "--format", "html",
                                  "--output", tool::to_utf8(page)});
    INFO(output.text);
    REQUIRE(output.code == 0);
    CHECK(stands_alone(tool::read_text(page)));
    const auto seen = opened_in_browser(page);
    if (!seen) {
        MESSAGE("not looked at in a browser: there is no chromium here");
        return;
    }
    INFO(*seen);
    CHECK(contains(*seen, "<title>brood bench</title>"));
    CHECK(count(*seen, "<svg") == 1);
    CHECK(count(*seen, "<g class=\"row\">") == 2);
    CHECK(contains(*seen, "process.start_join spawn</text>"));
    CHECK(contains(*seen, "x limit.posix_spawn_wait (target 1.15)"));
}

#ifdef BROOD_TEST_CHECK
TEST_CASE("the page of check stands alone and opens in a browser with runs, variables and verdict") {
    const tool::temporary_folder folder;
    const auto page = folder.path() / "check.html";
    const auto output = run_tool({"check", "--folder", "none", "--format", "html", "--output", tool::to_utf8(page),
                                  BROOD_TEST_DRIFT_DIR "/changed_global", "<b>&\"quoted\""});
    INFO(output.text);
    REQUIRE(output.code == 1);
    CHECK(stands_alone(tool::read_text(page)));
    const auto seen = opened_in_browser(page);
    if (!seen) {
        MESSAGE("not looked at in a browser: there is no chromium here");
        return;
    }
    INFO(*seen);
    CHECK(contains(*seen, "does not do the same under every start method"));
    CHECK(contains(*seen, "<code>setting</code>"));
    CHECK(contains(*seen, "changed_global.cpp:10"));
    CHECK(contains(*seen, "&lt;b&gt;&amp;"));
    CHECK(count(*seen, "<details>") == 3);
}
#endif
