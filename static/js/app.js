import * as tabler from "@tabler/core";
import "../css/app.css";

window.bootstrap = tabler.bootstrap;
