// Loads the page of administrators, which nobody else needs.

import { useLazy } from "../controls/useLazy.ts";
import { useStrings } from "../languages/useStrings.ts";
import { NoticePage } from "./NoticePage.tsx";

const load = () => import("../admin/AdminPage.tsx");

export function AdminRoute({ userId }: { userId: string }) {
	const strings = useStrings();
	const Part = useLazy(load, true)?.AdminPage;
	return Part ? <Part own={userId} /> : <NoticePage text={strings.loading} hasWayHome />;
}
