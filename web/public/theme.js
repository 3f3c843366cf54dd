// Sets the chosen theme before the first paint: the page's own script runs only after it. Keep in
// step with src/account/preferences.ts, which stores it.
try {
	const { theme } = JSON.parse(localStorage.getItem("preferences"));
	if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
	// Nothing is stored, or it cannot be read.
}
