import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { start } from "./store";
import { App } from "./ui/app";

start();
render(<App />, document.getElementById("app")!);
