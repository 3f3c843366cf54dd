// Runs the page on Preact. Its source imports React, whose hooks it also offers to other people's pages.

/** Import names, and what Vite resolves them to. Matches a name, and the paths below it. */
export const renderer = {
	"react-dom/server": "preact-render-to-string",
	"react-dom": "preact/compat",
	"react/jsx-runtime": "preact/jsx-runtime",
	react: "preact/compat",
	// Preact has this hook itself; wouter's shim is for older versions of React.
	"use-sync-external-store/shim/index.js": "preact/compat",
};
