// The section of a settings dialog that shows spending, folded until somebody opens it.

import { type ToggleEvent, useState } from "react";
import { useLazy } from "../controls/useLazy.ts";
import { useStrings } from "../languages/useStrings.ts";
import part from "../settings/SettingsDialog.module.css";

const load = () => import("./Spending.tsx");

/** Without an `id`: one's own spending in all conversations. */
export function SpendingPart({ id }: { id?: string }) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const loaded = useLazy(load, isOpen);
	return (
		<details className={part.part} onToggle={({ newState }: ToggleEvent) => setIsOpen(newState === "open")}>
			<summary>{strings.spending}</summary>
			{isOpen && (loaded ? <loaded.Spending {...(id !== undefined && { id })} /> : <p>{strings.loading}</p>)}
		</details>
	);
}
