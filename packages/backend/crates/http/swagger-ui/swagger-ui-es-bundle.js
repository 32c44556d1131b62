// Nothing: the readable docs load swagger-ui-bundle.js. Each program that serves them would carry this file, too.
