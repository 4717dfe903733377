"""The page in a real browser: sorting, filtering, the keyboard, light and dark, a phone."""

import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from support.made_up_results import SCRIPT, fill, horizon_results, request, result

from seqtasks.reports.content import content
from seqtasks.reports.page import NONE, page
from seqtasks.reports.source import StoreSource

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
DARK, LIGHT = 60, 200  # brightness, of 255
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")

pytestmark = pytest.mark.skipif(
    BROWSER is None or DRIVER is None,
    reason="Chromium or its driver is not installed: apt-get install chromium-driver",
)


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page of two methods on four tasks, a third one on one task, and a hostile title and error."""
    folder = tmp_path_factory.mktemp("page")
    pairs = horizon_results(seeds=10)
    pairs += [
        (asked, result(asked, 0.5, parameters=1200))
        for seed in range(3)
        for asked in [request("delay:lag=2", "lstm", seed)]
    ]
    store = fill(folder / "runs.sqlite", pairs, [(request("delay:lag=2", "lstm", 3), SCRIPT)])
    (folder / "report.html").write_text(page(content(StoreSource(store)), f"Memory {SCRIPT}", None))
    return folder / "report.html"


def test_the_tables_fit_a_window_of_1100_pixels(opened):
    """None has to be scrolled sideways, so that no verdict is cut."""
    size = opened.get_window_size()
    try:
        opened.set_window_size(1100, 800)
        script = "return [...document.querySelectorAll('.wide')].map(each => each.scrollWidth - each.clientWidth)"
        found = opened.execute_script(script)
    finally:
        opened.set_window_size(size["width"], size["height"])
    assert found
    assert max(found) <= 0


@pytest.fixture
def opened(browser, file):
    """The page; at the end, no error is in the console, and no alert of a stranger was shown."""
    browser.get(file.as_uri())
    yield browser
    assert browser.get_log("browser") == []


def column(browser, table, number):
    """The texts of the visible cells of a column."""
    rows = browser.find_elements(By.CSS_SELECTOR, f"{table} tbody tr")
    cells = [row.find_element(By.CSS_SELECTOR, f":nth-child({number})") for row in rows if row.is_displayed()]
    return [cell.text.split("\n")[0] for cell in cells]


def head(browser, table, name):
    heads = browser.find_elements(By.CSS_SELECTOR, f"{table} thead th")
    return next(each for each in heads if each.text.startswith(name))


def test_sorting(opened):
    """A click on a head sorts by numbers, another one the other way; the heads say how."""
    weights = head(opened, "#result-table", "Weights")
    weights.find_element(By.TAG_NAME, "button").click()
    assert column(opened, "#result-table", 6) == ["1,200"] + ["265"] * 8
    assert weights.get_attribute("aria-sort") == "descending"
    weights.find_element(By.TAG_NAME, "button").click()
    assert column(opened, "#result-table", 6) == ["265"] * 8 + ["1,200"]
    assert weights.get_attribute("aria-sort") == "ascending"
    method = head(opened, "#result-table", "Method")
    method.find_element(By.TAG_NAME, "button").click()
    assert column(opened, "#result-table", 2) == ["gru"] * 4 + ["lru"] * 4 + ["lstm"]
    assert weights.get_attribute("aria-sort") is None


def test_lags_sort_as_numbers(opened):
    """In the texts of tasks, lag=8 comes after lag=4, and in the table of horizons 4 is more than 1."""
    head(opened, "#result-table", "Task").find_element(By.TAG_NAME, "button").click()
    assert list(dict.fromkeys(column(opened, "#result-table", 1))) == [
        *("delay", "delay:lag=2", "delay:lag=4", "delay:lag=8"),
    ]
    head(opened, "#horizons", "Horizon").find_element(By.TAG_NAME, "button").click()
    assert column(opened, "#horizons", 2) == ["lru", "gru", "lstm"]


def test_unknown_values_stay_last(opened):
    """The rank of a method without one is last in both orders."""
    button = head(opened, "#leaderboard", "Rank").find_element(By.TAG_NAME, "button")
    orders = []
    for _ in range(2):
        button.click()
        orders.append(column(opened, "#leaderboard", 1))
    assert orders == [["2", "1", NONE], ["1", "2", NONE]]


def test_keyboard(opened):
    """Tab reaches a head, whose focus is visible, and Enter and the space bar sort."""
    button = head(opened, "#leaderboard", "Method").find_element(By.TAG_NAME, "button")
    opened.execute_script(
        "arguments[0].focus()", head(opened, "#leaderboard", "Rank").find_element(By.TAG_NAME, "button")
    )
    opened.switch_to.active_element.send_keys(Keys.TAB)
    assert opened.switch_to.active_element == button
    assert button.value_of_css_property("outline-style") == "solid"
    button.send_keys(Keys.ENTER)
    assert column(opened, "#leaderboard", 2) == ["gru", "lru", "lstm"]
    button.send_keys(Keys.SPACE)
    assert column(opened, "#leaderboard", 2) == ["lstm", "lru", "gru"]


def test_filters(opened):
    """A task, a method and a text each leave the rows that fit, and the pictures of their tasks."""
    form = opened.find_element(By.ID, "filters")
    count = form.find_element(By.TAG_NAME, "output")
    assert count.text == "9 of 9 rows"
    Select(form.find_element(By.NAME, "task")).select_by_visible_text("delay:lag=2")
    assert column(opened, "#result-table", 2) == ["lru", "lstm", "gru"]
    titles = [each.text for each in opened.find_elements(By.CSS_SELECTOR, "#learning h3") if each.is_displayed()]
    assert titles == ["delay:lag=2"]
    Select(form.find_element(By.NAME, "method")).select_by_visible_text("gru")
    assert (column(opened, "#result-table", 2), count.text) == (["gru"], "1 of 9 rows")
    Select(form.find_element(By.NAME, "task")).select_by_visible_text("all")
    form.find_element(By.NAME, "text").send_keys("LAG=8")
    assert (column(opened, "#result-table", 1), count.text) == (["delay:lag=8"], "1 of 9 rows")


def test_nothing_is_fetched(opened):
    """The browser has loaded the page and no other resource."""
    assert opened.execute_script("return performance.getEntriesByType('navigation').length") == 1
    assert opened.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)") == []


def test_texts_of_strangers(opened):
    """Markup in a title and an error is displayed as text."""
    assert opened.find_element(By.TAG_NAME, "h1").text == f"Memory {SCRIPT}"
    assert column(opened, "#failures", 5) == [SCRIPT]


def test_light_and_dark(opened):
    """The page follows the system: dark text on light, or light text on dark, and so do the pictures."""
    colours = {}
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        body, line = (opened.find_element(By.CSS_SELECTOR, each) for each in ("body", "#horizons path.l"))
        colours[scheme] = [brightness(body, "color"), brightness(body, "background-color"), brightness(line, "stroke")]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    (text, back, line), (dark_text, dark_back, dark_line) = colours["light"], colours["dark"]
    assert (text < DARK, back > LIGHT) == (True, True)
    assert (dark_back < DARK, dark_text > LIGHT) == (True, True)
    assert line < dark_line


def test_phone(opened):
    """At 390 pixels only the tables scroll sideways, not the page."""
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    width = opened.execute_script("return document.documentElement.scrollWidth")
    table = opened.execute_script("return document.querySelector('.wide').scrollWidth")
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width == 390 < table


def test_print(opened):
    """On paper, tables fit the width of the page, and filters and arrows are left out."""
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    metrics = {"width": 720, "height": 1000, "deviceScaleFactor": 1, "mobile": False}  # A4 with usual margins
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    widths = opened.execute_script("return Array.from(document.querySelectorAll('table'), (each) => each.scrollWidth)")
    arrow = opened.execute_script(
        "return getComputedStyle(document.querySelector('[aria-sort] button'), '::after').content"
    )
    shown = opened.find_element(By.ID, "filters").is_displayed()
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert max(widths) <= 720
    assert (arrow, shown) == ("none", False)


def brightness(element, name):
    """The mean of red, green and blue, from 0 to 255."""
    numbers = element.value_of_css_property(name).removeprefix("rgba(").removeprefix("rgb(").rstrip(")").split(",")
    return sum(map(float, numbers[:3])) / 3
