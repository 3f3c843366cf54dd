// The colours of the page for diagrams, and again when the theme changes.

import { useSyncExternalStore } from "react";
import type { Palette } from "./messages.ts";

const listeners = new Set<() => void>();
let palette: Palette | undefined;

/** The same object until the colours change. */
export function usePalette(): Palette {
	return useSyncExternalStore(subscribe, current, current);
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

function current(): Palette {
	palette ??= read();
	return palette;
}

function read(): Palette {
	const probe = document.createElement("span");
	probe.hidden = true;
	document.body.append(probe);
	const style = getComputedStyle(probe);
	const colour = (name: string) => {
		probe.style.color = `var(--${name})`;
		const parts = style.color.match(/[\d.]+/g)?.slice(0, 3) ?? [];
		return `#${parts.map((part) => Math.round(Number(part)).toString(16).padStart(2, "0")).join("")}`;
	};
	const colours = {
		paper: colour("paper"),
		raised: colour("raised"),
		tint: colour("tint"),
		line: colour("line"),
		edge: colour("edge"),
		ink: colour("ink"),
		inkSoft: colour("ink-soft"),
		act: colour("act"),
		own: colour("own"),
		claude: colour("claude"),
		claudeTint: colour("claude-tint"),
	};
	const { fontFamily } = style;
	probe.remove();
	// Dark ink on light paper, or the other way round.
	return { ...colours, font: fontFamily, isDark: colours.paper < colours.ink };
}

function update(): void {
	const before = JSON.stringify(palette);
	palette = read();
	if (JSON.stringify(palette) !== before) for (const listener of listeners) listener();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
new MutationObserver(update).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
