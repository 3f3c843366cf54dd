try {
	document.documentElement.dataset.theme = JSON.parse(localStorage.getItem("preferences")).theme;
} catch {
	// None is stored.
}
