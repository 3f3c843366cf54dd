// Draws diagrams. Runs in a frame that can reach nothing, behind the library in one script: web/diagramFrame.ts puts both into the file.
// It must not know the page, except what messages.ts says.

import { type Answer, most, type Order, type Palette } from "./messages.ts";

declare const mermaid: {
	initialize(config: Record<string, unknown>): void;
	render(id: string, source: string): Promise<{ svg: string }>;
};

/** What a diagram may not say about itself. */
const secure = [
	"secure securityLevel startOnLoad maxTextSize maxEdges suppressErrorRendering dompurifyConfig htmlLabels themeCSS fontFamily",
	"altFontFamily theme themeVariables darkMode look layout elk logLevel deterministicIds",
]
	.join(" ")
	.split(" ");

addEventListener("message", ({ data, source }) => {
	if (source === parent) void draw(data).then(answer, () => answer({ type: "failed", id: data.id }));
});
answer({ type: "ready" });

/** Only pages of the same deployment can have this frame. */
function answer(message: Answer): void {
	parent.postMessage(message, "*");
}

async function draw({ id, source, palette }: Order): Promise<Answer> {
	mermaid.initialize({
		startOnLoad: false,
		securityLevel: "strict",
		secure,
		suppressErrorRendering: true,
		maxTextSize: most.source,
		maxEdges: most.edges,
		htmlLabels: false,
		theme: "base",
		look: "classic",
		flowchart: { minNodeWidth: 60 },
		fontFamily: palette.font,
		themeVariables: variablesOf(palette),
	});
	const { svg } = await mermaid.render("diagram", source);
	document.body.innerHTML = svg;
	const picture = document.querySelector("svg");
	if (!picture) return { type: "failed", id };
	const { width, height } = finish(picture, palette);
	const text = new XMLSerializer().serializeToString(picture);
	document.body.textContent = "";
	return { type: "drawn", id, svg: text, width, height };
}

function variablesOf({ isDark, font, paper, raised, tint, line, edge, ink, inkSoft, act, own, claude, claudeTint }: Palette) {
	return {
		darkMode: isDark,
		fontFamily: font,
		fontSize: "15px",
		background: raised,
		textColor: ink,
		titleColor: ink,
		lineColor: inkSoft,
		defaultLinkColor: inkSoft,
		edgeLabelBackground: raised,
		labelBackground: raised,
		mainBkg: own,
		nodeBorder: act,
		primaryColor: own,
		primaryTextColor: ink,
		primaryBorderColor: act,
		secondaryColor: claudeTint,
		secondaryTextColor: ink,
		secondaryBorderColor: claude,
		tertiaryColor: tint,
		tertiaryTextColor: ink,
		tertiaryBorderColor: edge,
		clusterBkg: paper,
		clusterBorder: line,
		noteBkgColor: claudeTint,
		noteTextColor: ink,
		noteBorderColor: claude,
		actorLineColor: edge,
		signalColor: ink,
		signalTextColor: ink,
		loopTextColor: ink,
		labelTextColor: ink,
		pieStrokeColor: edge,
		pieOuterStrokeColor: edge,
		git0: act,
		gitBranchLabel0: raised,
		git1: claude,
		gitBranchLabel1: raised,
	};
}

/** Makes the drawing a picture that stands alone, and returns its size. */
function finish(picture: SVGSVGElement, { ink }: Palette): { width: number; height: number } {
	for (const one of picture.querySelectorAll("foreignObject, script, image, feImage, animate, animateTransform, animateMotion, set"))
		one.remove();
	const style = document.createElementNS(picture.namespaceURI, "style");
	// Nothing moves, and nothing costs the page much to paint.
	style.textContent = "* { animation: none !important; filter: none !important; }";
	// The library lets lines shine through their labels, and gives the sections of journeys the colour of what is behind them.
	style.textContent += ` .edgeLabel rect { opacity: 1 !important; } text.journey-section { fill: ${ink} !important; }`;
	picture.append(style);
	for (const label of picture.querySelectorAll<SVGElement>(".statediagram-state > .label")) centre(label);
	for (const node of picture.querySelectorAll<SVGElement>(".node")) makeReadable(node);
	const { width, height } = picture.viewBox.baseVal;
	picture.setAttribute("width", `${width}`);
	picture.setAttribute("height", `${height}`);
	picture.removeAttribute("style");
	return { width: Math.ceil(width), height: Math.ceil(height) };
}

/** The library begins the name of a state where a longer one would begin. */
function centre(label: SVGElement): void {
	if (label.querySelectorAll("text").length !== 1) return;
	label.setAttribute("transform", label.getAttribute("transform")?.replace(/\(-?[\d.]+/, "(0") ?? "");
	label.style.textAnchor = "middle";
}

/** People choose a node's colour for one theme: a text that could not be read in the other becomes black or white. */
function makeReadable(node: SVGElement): void {
	const shape = node.querySelector<SVGElement>(":is(rect, circle, polygon, path, ellipse)[style*=fill]");
	const behind = shape && luminanceOf(shape);
	if (!behind) return;
	for (const text of node.querySelectorAll<SVGElement>("text, tspan")) {
		const own = luminanceOf(text);
		if (own === null || contrast(own, behind) >= 4.5) continue;
		text.style.setProperty("fill", contrast(0, behind) > contrast(1, behind) ? "#000" : "#fff", "important");
	}
}

/** Of what fills it; `null` if it is not one opaque colour. */
function luminanceOf(element: Element): number | null {
	const numbers = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(getComputedStyle(element).fill)?.slice(1);
	if (!numbers) return null;
	const [red = 0, green = 0, blue = 0] = numbers.map((number) => {
		const part = Number(number) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
	return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
