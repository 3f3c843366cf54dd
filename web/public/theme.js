try {
	const { theme, density } = JSON.parse(localStorage.getItem("preferences"));
	Object.assign(document.documentElement.dataset, { theme, density });
	if (theme !== "system")
		for (const meta of document.querySelectorAll("meta[data-for]")) meta.media = meta.dataset.for === theme ? "all" : "not all";
} catch {
	// None is stored.
}
