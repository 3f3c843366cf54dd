// A diagram in a text. What draws it is loaded with the first one; until then it is shown as code.

import { keptParts } from "../../controls/useLazy.ts";
import { CodeBlock } from "../CodeBlock.tsx";

const useDrawing = keptParts(() => import("./DrawnDiagram.tsx"));

export function Diagram({ code }: { code: string }) {
	const drawing = useDrawing(true);
	return drawing ? <drawing.DrawnDiagram code={code} /> : <CodeBlock language="mermaid" code={code} isWhole />;
}
