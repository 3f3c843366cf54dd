// The administration, with all its routes.

import "./activity.ts";
import "./audit.ts";
import "./conversations.ts";
import "./networks.ts";
import "./people.ts";
import "./purses.ts";
import "./requests.ts";
import "./retention.ts";

export { admin } from "./admin.ts";
