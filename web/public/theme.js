try {
	const { theme } = JSON.parse(localStorage.getItem("preferences"));
	document.documentElement.dataset.theme = theme;
	if (theme !== "system")
		for (const meta of document.querySelectorAll("meta[data-for]")) meta.media = meta.dataset.for === theme ? "all" : "not all";
} catch {
	// None is stored.
}
